import { StringDecoder } from 'node:string_decoder';

const lineMaxLength = 4_096;

export interface OutputLine {
  readonly text: string;
  /** False for one that the next one is written over, as progress is. */
  readonly isKept: boolean;
}

/** Cuts output into lines, at `\n` and at `\r`; what is too long for a line is cut off. */
export class OutputLines {
  private readonly decoder = new StringDecoder('utf8');
  private begun = '';

  take(chunk: Buffer): readonly OutputLine[] {
    const parts = (this.begun + this.decoder.write(chunk)).split(/(\r\n|\n|\r)/);
    this.begun = (parts.pop() ?? '').slice(0, lineMaxLength);
    const lines: OutputLine[] = [];
    for (let index = 0; index + 1 < parts.length; index += 2) {
      const text = (parts[index] ?? '').slice(0, lineMaxLength);
      lines.push({ text, isKept: parts[index + 1] !== '\r' });
    }
    return lines;
  }

  /** What came after the last end of a line. */
  end(): readonly OutputLine[] {
    const text = (this.begun + this.decoder.end()).slice(0, lineMaxLength);
    this.begun = '';
    return text === '' ? [] : [{ text, isKept: true }];
  }
}
