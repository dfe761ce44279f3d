/**
 * Characters that change how code reads without being seen: bidirectional controls, zero-width ones, tags.
 * Written as escapes, since this file must not hold what it hunts.
 */
const invisible =
  /\u034F|\u17B4|\u17B5|[\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]|\uDB40[\uDC00-\uDC7F]/g;

/** Shows invisible characters as their code points, so that what is read is what would run. */
export function toVisibleText(text: string): string {
  return text.replace(invisible, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
  });
}

// ESC, then a string up to BEL or ESC \, a control sequence, or a two-character escape.
const escapeSequence =
  // oxlint-disable-next-line no-control-regex -- control characters are what it is for
  /\u001B(?:[\]PX^_][\s\S]*?(?:\u0007|\u001B\\|$)|\[[0-?]*[ -/]*[@-~]?|[ -/]*[0-~]?)|\u009B[0-?]*[ -/]*[@-~]?/g;
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const otherControls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** A terminal's output as text: no escape sequence survives, and a line that was rewritten shows its last state. */
export function toPlainOutput(output: string): string {
  const text = output.replace(escapeSequence, '').replaceAll('\r\n', '\n');
  const lines = text.includes('\r') ? text.split('\n').map(lastOverwrite).join('\n') : text;
  return toVisibleText(lines.replace(otherControls, ''));
}

function lastOverwrite(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  return parts.at(-1) ?? '';
}
