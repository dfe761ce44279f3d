/** A patch in codex's own format that creates the file, or replaces it. The file ends with a line break. */
export function addFilePatch(path: string, content: string): string {
  return patch(`*** Add File: ${path}`, prefixLines('+', content));
}

/** A patch that replaces whole lines: `before` must stand in the file exactly so. */
export function updateFilePatch(path: string, before: string, after: string): string {
  return patch(`*** Update File: ${path}`, [
    '@@',
    ...prefixLines('-', before),
    ...(after ? prefixLines('+', after) : []),
  ]);
}

function patch(header: string, lines: readonly string[]): string {
  return ['*** Begin Patch', header, ...lines, '*** End Patch'].join('\n');
}

function prefixLines(prefix: string, text: string): readonly string[] {
  return text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => prefix + line);
}
