import { StringDecoder } from 'node:string_decoder';
import type { LogLine } from './container-provider.ts';

/** What is longer is cut, and says so. */
const lineMaxBytes = 16 * 1024;
const lineEnd = 0x0a;
const carriageReturn = 0x0d;

export interface SplitLine {
  readonly text: string;
  /** That it took in the log, its end included. */
  readonly bytes: number;
}

/** Bytes of a log as lines, wherever its chunks were cut. What is no UTF-8 is replaced; memory is bounded. */
export class LineSplitter {
  private parts: Buffer[] = [];
  private keptBytes = 0;
  private droppedBytes = 0;
  private endsWithReturn = false;

  get isEmpty(): boolean {
    return this.keptBytes + this.droppedBytes === 0;
  }

  *push(chunk: Buffer): Iterable<SplitLine> {
    let from = 0;
    for (let end = chunk.indexOf(lineEnd); end !== -1; end = chunk.indexOf(lineEnd, from)) {
      this.keep(chunk.subarray(from, end));
      from = end + 1;
      const { text, bytes } = this.take();
      yield { text, bytes: bytes + 1 };
    }
    this.keep(chunk.subarray(from));
  }

  /** What came without an end; null when nothing did. */
  rest(): string | null {
    return this.isEmpty ? null : this.take().text;
  }

  private keep(part: Buffer): void {
    const kept = part.subarray(0, lineMaxBytes - this.keptBytes);
    if (kept.length > 0) this.parts.push(kept);
    this.keptBytes += kept.length;
    this.droppedBytes += part.length - kept.length;
    if (part.length > 0) this.endsWithReturn = part.at(-1) === carriageReturn;
  }

  private take(): SplitLine {
    const { keptBytes, droppedBytes, endsWithReturn } = this;
    const line = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts, keptBytes);
    this.parts = [];
    this.keptBytes = 0;
    this.droppedBytes = 0;
    this.endsWithReturn = false;
    return {
      text: toText(line ?? Buffer.alloc(0), endsWithReturn ? Math.max(droppedBytes - 1, 0) : droppedBytes),
      bytes: keptBytes + droppedBytes,
    };
  }
}

function toText(line: Buffer, droppedBytes: number): string {
  // A decoder holds back the character that the cut went through.
  if (droppedBytes > 0) return `${new StringDecoder('utf8').write(line)} … ${droppedBytes} more bytes`;
  return line.toString('utf8', 0, line.at(-1) === carriageReturn ? line.length - 1 : line.length);
}

/** A line whose backend notes times, all in one notation, so that they compare as text. */
export interface TimedLine {
  readonly at: string | null;
  readonly text: string;
}

/** A place in a timed log: behind `count` lines, of which the first is the first one of its time. */
export interface TimedPlace {
  readonly at: string;
  readonly count: number;
}

/** Null for what stands for no place. */
export function parsePlace(mark: string): TimedPlace | null {
  const { at, count } =
    /^(?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))\.(?<count>\d{1,9})$/.exec(mark)?.groups ?? {};
  // Marks come back from readers, who may have made them up.
  return at === undefined || Number.isNaN(Date.parse(at)) ? null : { at, count: Number(count) };
}

export interface MarkOptions {
  /** The lines begin before this place; wanted is what follows it. Null: all of them. */
  readonly after?: TimedPlace | null;
  /** Begins every mark. */
  readonly prefix?: string;
}

/**
 * Gives lines their marks, and skips those before a place. Where the line that the place counts from is not among them,
 * something may be lost, and the first line says so. The lines of one log are nearly in order, since two outputs of a
 * program can overtake each other; so a place counts from the newest time there was, and not from the last one.
 */
export async function* markLines(
  lines: AsyncIterable<TimedLine> | Iterable<TimedLine>,
  { after = null, prefix = '' }: MarkOptions = {},
): AsyncIterable<LogLine> {
  let { at, count } = after ?? { at: '', count: 0 };
  let left = after?.count ?? 0;
  let hasBegun = after === null;
  let isLost = false;
  for await (const line of lines) {
    if (!hasBegun) {
      if (line.at === null || line.at < at) continue;
      hasBegun = true;
      isLost = line.at !== at;
      if (isLost) left = 0;
    }
    if (left > 0) {
      left -= 1;
      continue;
    }
    if (line.at !== null && line.at > at) {
      ({ at } = line);
      count = 0;
    }
    count += 1;
    const marked = { ...line, mark: `${prefix}${at}.${count}` };
    yield isLost ? { ...marked, isAfterGap: true } : marked;
    isLost = false;
  }
}
