/**
 * The command as the model wrote it: codex reports `/bin/bash -lc '…'`, quoted for a shell. What does not look like
 * that comes back as it is.
 */
export function unwrapShell(commandLine: string): string {
  const match = /^(?:\S*\/)?(?:ba|z|da)?sh -l?c (.+)$/s.exec(commandLine);
  return match?.[1] === undefined ? commandLine : (unquote(match[1]) ?? commandLine);
}

/** One word in POSIX quoting; null when it is more than one. */
function unquote(word: string): string | null {
  const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/gsy;
  let text = '';
  let end = 0;
  for (let match = part.exec(word); match; match = part.exec(word)) {
    const [, single, double, escaped, plain] = match;
    text += single ?? double?.replace(/\\([$`"\\\n])/g, '$1') ?? escaped ?? plain ?? '';
    end = part.lastIndex;
  }
  return end === word.length ? text : null;
}
