import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const lineFeed = 0x0a;
/** Eight hexadecimal digits of CRC-32 and a space. */
const headLength = 9;

/**
 * Lines of JSON in a file that only grows, each with its checksum, so that a line torn by a crash is told from a whole one.
 */
export class RecordFile {
  private isDirty = false;

  private constructor(
    readonly path: string,
    private readonly fd: number,
    private sizeBytes: number,
  ) {}

  /**
   * Opens or creates the file and gives its readable lines, in order. What follows the last readable one is cut off; an
   * unreadable line before it is left out.
   */
  static open(path: string): { readonly file: RecordFile; readonly lines: readonly string[] } {
    const fd = openSync(path, 'a+', 0o600);
    const { lines, endOfLastBytes } = parseLines(readFileSync(path));
    ftruncateSync(fd, endOfLastBytes);
    return { file: new RecordFile(path, fd, endOfLastBytes), lines };
  }

  get bytes(): number {
    return this.sizeBytes;
  }

  /** The line is in the file when this returns, and survives the death of this process; `sync` makes it survive power loss. */
  append(json: string): void {
    const record = formatRecord(json);
    try {
      for (let written = 0; written < record.length;) written += writeSync(this.fd, record, written);
    } catch (error) {
      // A disk that is full takes a part of a line: nothing may stand behind that.
      ftruncateSync(this.fd, this.sizeBytes);
      throw error;
    }
    this.sizeBytes += record.length;
    this.isDirty = true;
  }

  async sync(): Promise<void> {
    if (!this.isDirty) return;
    this.isDirty = false;
    await promisify(fdatasync)(this.fd);
  }

  close(): void {
    closeSync(this.fd);
  }
}

/** The readable lines of a record file, which need not be open. */
export function readRecords(path: string): readonly string[] {
  return parseLines(readFileSync(path)).lines;
}

export function formatRecord(json: string): Buffer {
  const record = Buffer.from(`00000000 ${json}\n`);
  record.write(checksum(record.subarray(headLength, -1)), 0, 'latin1');
  return record;
}

function parseLines(content: Buffer): { readonly lines: readonly string[]; readonly endOfLastBytes: number } {
  const lines: string[] = [];
  let endOfLastBytes = 0;
  for (let start = 0; start < content.length;) {
    const end = content.indexOf(lineFeed, start);
    if (end < 0) break;
    const body = content.subarray(start + headLength, end);
    if (end - start > headLength && content.toString('latin1', start, start + 8) === checksum(body)) {
      lines.push(body.toString('utf8'));
      endOfLastBytes = end + 1;
    }
    start = end + 1;
  }
  return { lines, endOfLastBytes };
}

function checksum(body: Buffer): string {
  return crc32(body).toString(16).padStart(8, '0');
}
