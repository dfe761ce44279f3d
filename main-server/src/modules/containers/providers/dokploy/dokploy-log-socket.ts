import { WebSocket } from 'ws';
import { LineSplitter, type TimedLine } from '../log-lines.ts';

export interface LogSocketOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly appName: string;
  readonly serverId: string | null;
  /** Newest lines to begin with. */
  readonly tail: number;
  readonly signal?: AbortSignal | undefined;
}

/** Who reads slowly has this many read ahead; the rest waits at Dokploy. */
const aheadMax = 1_000;
const frameMaxBytes = 16 * 1024 * 1024;
const stamped = /^(?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?(?<text>[\s\S]*)$/;

/** The log of an app as it comes. Ends with its connection, however that ends: why is known to HTTP alone. */
export async function* openLogSocket(options: LogSocketOptions): AsyncIterable<TimedLine> {
  const { signal } = options;
  const socket = new WebSocket(urlOf(options), {
    headers: { 'x-api-key': options.apiKey },
    followRedirects: false,
    // What a container prints need not be text.
    skipUTF8Validation: true,
    maxPayload: frameMaxBytes,
  });
  const splitter = new LineSplitter();
  const lines: TimedLine[] = [];
  let isOpen = true;
  let wake = (): void => undefined;
  socket.on('message', (data: Buffer) => {
    for (const { text } of splitter.push(data)) lines.push(...toTimedLines(text));
    if (lines.length > aheadMax) socket.pause();
    wake();
  });
  socket.on('close', () => {
    isOpen = false;
    wake();
  });
  // It is followed by the close.
  socket.on('error', () => undefined);
  const onAbort = (): void => socket.terminate();
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  try {
    for (;;) {
      yield* lines.splice(0);
      if (signal?.aborted || (!isOpen && lines.length === 0)) return;
      if (socket.isPaused) socket.resume();
      if (isOpen && lines.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    socket.terminate();
  }
}

/** None for a row without a time: that was said by a program on the way, and not by the container. */
export function toTimedLines(row: string): readonly TimedLine[] {
  const { at, text = '' } = stamped.exec(row.replace(/\r$/, ''))?.groups ?? {};
  return at === undefined ? [] : [{ at, text }];
}

function urlOf({ baseUrl, appName, serverId, tail }: LogSocketOptions): URL {
  const url = new URL('/docker-container-logs', baseUrl.replace(/^http/, 'ws'));
  const query = { containerId: appName, tail: String(tail), since: 'all', search: '', runType: 'swarm' };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  if (serverId !== null) url.searchParams.set('serverId', serverId);
  return url;
}
