import { copyFile, open, stat, truncate } from 'node:fs/promises';
import type { LogOptions } from '../container-provider.ts';

/** Two files of this size are kept: the current one and the one before it. */
const logMaxBytes = 10 * 1024 * 1024;

/** More than this is not searched for the newest lines. */
const tailMaxBytes = 256 * 1024;
const defaultTail = 200;
const followPauseMs = 250;
const chunkBytes = 64 * 1024;

/**
 * Keeps the log below its cap. The process holds the file open for appending, so its content is copied away and cut
 * instead of the file being renamed; lines written in between are lost.
 */
export async function rotateLog(path: string, maxBytes = logMaxBytes): Promise<void> {
  if ((await sizeOf(path)) <= maxBytes) return;
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
}

/** The newest lines, then what is written from then on while `follow` is set. */
export async function* readLog(
  path: string,
  options: LogOptions,
  wait: (ms: number) => Promise<void>,
): AsyncIterable<string> {
  const size = await sizeOf(path);
  const text = await readRange(path, Math.max(0, size - tailMaxBytes), size);
  const lines = text.split('\n');
  let rest = lines.pop() ?? '';
  const wanted = options.tail ?? defaultTail;
  yield* wanted === 0 ? [] : lines.slice(-wanted);
  let position = size;
  while (options.follow && !options.signal?.aborted) {
    await wait(followPauseMs);
    const now = await sizeOf(path);
    // Cut by the rotation: begin again.
    if (now < position) position = 0;
    while (position < now && !options.signal?.aborted) {
      const end = Math.min(now, position + chunkBytes);
      const parts = (rest + (await readRange(path, position, end))).split('\n');
      position = end;
      rest = parts.pop() ?? '';
      yield* parts;
    }
  }
  if (rest !== '') yield rest;
}

/** 0 for a log that is not written yet, or rotated away. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.size ?? 0;
}

async function readRange(path: string, from: number, to: number): Promise<string> {
  if (to <= from) return '';
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
