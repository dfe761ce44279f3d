export interface CloneProgress {
  readonly detail: string;
  readonly percent: number | null;
}

const phase =
  /^(?:remote: )?(Enumerating objects|Counting objects|Compressing objects|Receiving objects|Resolving deltas|Updating files|Filtering content): +(?:(\d{1,3})%|\d+)(.*)$/;

/** A line of git's progress; null for anything else it says. */
export function parseCloneProgress(line: string): CloneProgress | null {
  const [, name, percent, rest = ''] = phase.exec(line) ?? [];
  if (name === undefined) return null;
  // `(450/1000), 1.20 MiB | 500.00 KiB/s`: how much has come, and how fast.
  const amount = /\), ([\d.]+ [KMGT]?i?B(?:ytes)?[^,]*)/.exec(rest)?.[1];
  return {
    detail: amount === undefined ? name : `${name}, ${amount.trim()}`,
    percent: percent === undefined ? null : Math.min(Number(percent), 100),
  };
}
