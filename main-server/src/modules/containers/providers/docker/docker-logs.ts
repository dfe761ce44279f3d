import type Docker from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { logTailDefault, type LogLine, type LogOptions } from '../container-provider.ts';
import { LineSplitter, markLines, parsePlace, type TimedLine } from '../log-lines.ts';
import { toProviderError } from './docker.errors.ts';
import { frameHeaderBytes, readFrameHeader } from './frame-header.ts';

/** The engine cuts what it is told into pieces of 16 KiB. */
const frameMaxBytes = 1024 * 1024;
const shortIdLength = 12;
/** How far two outputs of a program may be out of order. */
const disorderSeconds = 1;
const stampMaxBytes = 40;
const stamp = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

/**
 * What one container printed. A start of a session makes a new container, so its log begins with it, and a mark of an
 * earlier one means all of this one. @throws ContainerProviderError
 */
export async function* readContainerLog(
  container: Docker.Container,
  id: string,
  options: LogOptions,
): AsyncIterable<LogLine> {
  const prefix = `${id.slice(0, shortIdLength)}.`;
  const { after } = options;
  const place = after?.startsWith(prefix) ? parsePlace(after.slice(prefix.length)) : null;
  let isAfterGap = after !== undefined && place === null;
  const lines = demultiplexLines(openLog(container, options, place?.at ?? null));
  for await (const line of markLines(lines, { after: place, prefix })) {
    yield isAfterGap ? { ...line, isAfterGap } : line;
    isAfterGap = false;
  }
}

/** Its bytes, as far as they are asked for. */
async function* openLog(
  container: Docker.Container,
  { after, tail = logTailDefault, follow, signal }: LogOptions,
  since: string | null,
): AsyncIterable<Buffer> {
  const query = {
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(after === undefined ? { tail } : {}),
    ...(since === null ? {} : { since: Math.floor(Date.parse(since) / 1_000) - disorderSeconds }),
    ...(signal === undefined ? {} : { abortSignal: signal }),
  } as const;
  try {
    if (follow) yield* (await container.logs({ ...query, follow })) as AsyncIterable<Buffer>;
    else yield await container.logs({ ...query, follow: false });
  } catch (error) {
    if (!signal?.aborted) throw toProviderError(error);
  }
}

/** Lines out of the engine's multiplexed stream: the content of a frame is a time and a line, or a part of a long one. */
export async function* demultiplexLines(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncIterable<TimedLine> {
  const outputs = new Map<number, Output>();
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    let from = 0;
    while (pending.length - from >= frameHeaderBytes) {
      const { stream, length } = readFrameHeader(pending, from);
      if (length > frameMaxBytes) throw notUnderstood();
      const end = from + frameHeaderBytes + length;
      if (pending.length < end) break;
      const output = outputs.get(stream) ?? new Output();
      outputs.set(stream, output);
      yield* output.push(pending.subarray(from + frameHeaderBytes, end));
      from = end;
    }
    pending = pending.subarray(from);
  }
  for (const output of outputs.values()) yield* output.end();
}

/** Standard output or error: each has an unfinished line of its own. */
class Output {
  private readonly splitter = new LineSplitter();
  private at: string | null = null;

  *push(frame: Buffer): Iterable<TimedLine> {
    const [prefix = '', at = null] = stamp.exec(frame.toString('latin1', 0, stampMaxBytes)) ?? [];
    if (this.splitter.isEmpty) this.at = at;
    for (const { text } of this.splitter.push(frame.subarray(prefix.length))) yield { at: this.at, text };
  }

  *end(): Iterable<TimedLine> {
    const text = this.splitter.rest();
    if (text !== null) yield { at: this.at, text };
  }
}

function notUnderstood(): ContainerProviderError {
  const message =
    'The Docker engine sends the log in a way this version does not know. Use another version of it.';
  return new ContainerProviderError('failed', message);
}
