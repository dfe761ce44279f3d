import { appendFile, copyFile, open, stat, truncate } from 'node:fs/promises';
import { logTailDefault, type LogLine, type LogOptions } from '../container-provider.ts';
import { LineSplitter } from '../log-lines.ts';

/** Two files of this size are kept: the current one and the one before it. */
const logMaxBytes = 10 * 1024 * 1024;

/** More than this is not searched for the newest lines. */
const tailMaxBytes = 1024 * 1024;
const followPauseMs = 250;
const chunkBytes = 64 * 1024;
const lineEnd = 0x0a;

/** Where a log is. Places in it count its bytes from the first one it ever had. */
export interface LogExtent {
  /** Of the log from its beginning to its removal. */
  readonly id: string;
  /** What was before the current file. */
  readonly rotatedBytes: number;
  /** Where the newest start began to print. */
  readonly startsAt: number;
  /** Of the current file. */
  readonly size: number;
}

/**
 * Keeps the log below its cap. The process holds the file open for appending, so its content is copied away and cut
 * instead of the file being renamed; what is written in the moment between is lost. Resolves with the bytes that were cut.
 */
export async function rotateLog(path: string, maxBytes = logMaxBytes): Promise<number> {
  if ((await sizeOf(path)) <= maxBytes) return 0;
  const predecessor = predecessorOf(path);
  await copyFile(path, predecessor);
  await appendFile(predecessor, await readBytes(path, await sizeOf(predecessor), await sizeOf(path)));
  const cut = await sizeOf(predecessor);
  await truncate(path, 0);
  return cut;
}

export interface LogFile {
  readonly path: string;
  /** Null once the log is removed. Never looks into the middle of a rotation. */
  readonly look: () => Promise<LogExtent | null>;
  readonly wait: (ms: number) => Promise<void>;
}

/** Ends when it is removed. */
export async function* readLog(file: LogFile, options: LogOptions): AsyncIterable<LogLine> {
  const start = await undisturbed(file, (extent) => findStart(file.path, extent, options));
  if (start === null) return;
  const { id } = start.extent;
  let { position, isAfterGap } = start.found;
  const last = options.follow ? Infinity : endOf(start.extent);
  let endOfLine = position;
  let splitter = new LineSplitter();
  const finish = (text: string): LogLine => {
    const line = { at: null, text, mark: `${id}.${endOfLine}` };
    if (!isAfterGap) return line;
    isAfterGap = false;
    return { ...line, isAfterGap: true };
  };
  while (!options.signal?.aborted) {
    const next = await undisturbed(file, (extent) => readNext(file.path, extent, position, last));
    if (next?.extent.id !== id) return;
    const { from, bytes: chunk } = next.found;
    if (from !== position) {
      position = from;
      endOfLine = from;
      splitter = new LineSplitter();
      isAfterGap = true;
    }
    position += chunk.length;
    for (const { text, bytes } of splitter.push(chunk)) {
      endOfLine += bytes;
      yield finish(text);
    }
    if (chunk.length > 0) continue;
    if (!options.follow) break;
    await file.wait(followPauseMs);
  }
  const rest = options.follow ? null : splitter.rest();
  // Its mark is before it: once it has its end, it comes in full.
  if (rest !== null) yield finish(rest);
}

interface Undisturbed<T> {
  readonly extent: LogExtent;
  readonly found: T;
}

/** What was read while the log was rotated may be of another place: it is read again. Null once the log is removed. */
async function undisturbed<T>(
  { look }: LogFile,
  read: (extent: LogExtent) => Promise<T>,
): Promise<Undisturbed<T> | null> {
  let extent = await look();
  while (extent !== null) {
    const [outcome] = await Promise.allSettled([read(extent)]);
    const after = await look();
    if (after?.id === extent.id && after.rotatedBytes === extent.rotatedBytes) {
      if (outcome.status === 'rejected') throw outcome.reason;
      return { extent, found: outcome.value };
    }
    extent = after;
  }
  return null;
}

/** The next bytes behind a place and before `last`; none where there are none yet. */
async function readNext(
  path: string,
  extent: LogExtent,
  position: number,
  last: number,
): Promise<{ readonly from: number; readonly bytes: Buffer }> {
  const first = await firstKept(path, extent);
  let from = position;
  if (position < first) from = first;
  // A cut that was not written down before a crash.
  else if (position > endOf(extent)) from = extent.rotatedBytes;
  const to = Math.min(endOf(extent), last, from + chunkBytes);
  return { from, bytes: from < to ? await readPart(path, extent, from, to) : Buffer.alloc(0) };
}

function endOf({ rotatedBytes, size }: LogExtent): number {
  return rotatedBytes + size;
}

async function findStart(
  path: string,
  extent: LogExtent,
  { after, sinceStart, tail = logTailDefault }: LogOptions,
): Promise<{ position: number; isAfterGap: boolean }> {
  const first = await firstKept(path, extent);
  const end = endOf(extent);
  if (after !== undefined) {
    const place = parsePlace(after, extent.id);
    const isThere = place !== null && place >= first && place <= end;
    return isThere ? { position: place, isAfterGap: false } : { position: first, isAfterGap: true };
  }
  const from = Math.max(sinceStart ? extent.startsAt : 0, first, end - tailMaxBytes);
  const bytes = await readRange(path, extent, from, end);
  // Of the unfinished line at the end nothing is counted: it belongs to what follows.
  let at = bytes.lastIndexOf(lineEnd);
  for (let lines = 0; lines < tail && at !== -1; lines += 1)
    at = at === 0 ? -1 : bytes.lastIndexOf(lineEnd, at - 1);
  // A search that ended in the middle of a line begins with the next one.
  if (at === -1 && from === end - tailMaxBytes) at = bytes.indexOf(lineEnd);
  return { position: from + at + 1, isAfterGap: false };
}

function parsePlace(mark: string, id: string): number | null {
  const position = /^\d{1,15}$/.exec(mark.slice(id.length + 1))?.[0];
  return mark.startsWith(`${id}.`) && position !== undefined ? Number(position) : null;
}

/** The place of the first byte that is still there. */
async function firstKept(path: string, { rotatedBytes }: LogExtent): Promise<number> {
  return rotatedBytes === 0 ? 0 : rotatedBytes - (await sizeOf(predecessorOf(path)));
}

async function readRange(path: string, extent: LogExtent, from: number, to: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let position = from; position < to;) {
    const part = await readPart(path, extent, position, to);
    if (part.length === 0) break;
    parts.push(part);
    position += part.length;
  }
  return Buffer.concat(parts);
}

/** Ends with the file that holds the place. */
async function readPart(
  path: string,
  { rotatedBytes }: LogExtent,
  from: number,
  to: number,
): Promise<Buffer> {
  if (from >= rotatedBytes) return readBytes(path, from - rotatedBytes, to - rotatedBytes);
  const predecessor = predecessorOf(path);
  const begin = rotatedBytes - (await sizeOf(predecessor));
  return readBytes(predecessor, from - begin, Math.min(to, rotatedBytes) - begin);
}

async function readBytes(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** 0 for a log that is not written yet, or rotated away. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

function predecessorOf(path: string): string {
  return `${path}.1`;
}
