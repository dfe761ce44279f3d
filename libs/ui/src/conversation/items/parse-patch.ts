export interface PatchLine {
  readonly kind: 'added' | 'removed' | 'context' | 'hunk' | 'note';
  readonly text: string;
  readonly oldNumber: number | null;
  readonly newNumber: number | null;
}

export interface Patch {
  readonly lines: readonly PatchLine[];
  readonly added: number;
  readonly removed: number;
}

const hunkHeader = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/;

/** Reads a unified diff without its file header. A patch without hunks (a new file) counts from line 1. */
export function parsePatch(patch: string): Patch {
  const lines: PatchLine[] = [];
  let oldNumber = 1;
  let newNumber = 1;
  const source = patch.endsWith('\n') ? patch.slice(0, -1) : patch;

  for (const line of source === '' ? [] : source.split('\n')) {
    const hunk = hunkHeader.exec(line);
    const text = line.slice(1);
    if (hunk !== null) {
      oldNumber = Number(hunk[1]);
      newNumber = Number(hunk[2]);
      lines.push({ kind: 'hunk', text: hunk[3] ?? '', oldNumber: null, newNumber });
    } else if (line.startsWith('+'))
      lines.push({ kind: 'added', text, oldNumber: null, newNumber: newNumber++ });
    else if (line.startsWith('-'))
      lines.push({ kind: 'removed', text, oldNumber: oldNumber++, newNumber: null });
    else if (line.startsWith('\\'))
      lines.push({ kind: 'note', text: text.trim(), oldNumber: null, newNumber: null });
    else lines.push({ kind: 'context', text, oldNumber: oldNumber++, newNumber: newNumber++ });
  }
  return {
    lines,
    added: lines.filter((line) => line.kind === 'added').length,
    removed: lines.filter((line) => line.kind === 'removed').length,
  };
}
