const escape = '\u001b';
/** Longest sequence we wait for; what is longer is no sequence. */
const pendingMaxLength = 4_096;

/* eslint-disable no-control-regex -- control characters are what this file is about */
const sequences =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[ -/]*[0-OQ-WYZ\\`-~]|\u009b[0-?]*[ -/]*[@-~]/g;
const unfinished = /\u001b(?:\[[0-?]*[ -/]*|[\]PX^_][^\u0007\u001b]*\u001b?|[ -/]*)?$/;
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
/* eslint-enable no-control-regex */

/**
 * Turns the bytes of a command's output into text, piece by piece: characters and escape sequences that are cut by the
 * border of a piece come whole with the next. Colours, cursor movements, titles and links are taken out, text stays.
 */
export class PlainText {
  private readonly decoder = new TextDecoder('utf-8');
  private rest = '';

  write(chunk: Uint8Array): string {
    return this.strip(this.decoder.decode(chunk, { stream: true }), false);
  }

  end(): string {
    return this.strip(this.decoder.decode(), true);
  }

  private strip(piece: string, isLast: boolean): string {
    const text = (this.rest + piece).replace(sequences, '');
    const open = isLast ? null : (unfinished.exec(text)?.index ?? openReturn(text));
    const end = open === null || text.length - open > pendingMaxLength ? text.length : open;
    this.rest = text.slice(end);
    return text.slice(0, end).replace(/\r\n?/g, '\n').replaceAll(escape, '').replace(controls, '');
  }
}

/** A carriage return at the end may be half of a line break. */
function openReturn(text: string): number | null {
  return text.endsWith('\r') ? text.length - 1 : null;
}
