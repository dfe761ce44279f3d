import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { labels, type DockerNames } from './docker-names.ts';

const firstRetryMs = 1_000;
const longestRetryMs = 10_000;

/** Tells which session's container started or ended, and null after the engine was away. Never gives up. */
export function watchEngine(
  docker: Docker,
  names: DockerNames,
  onChange: (sessionId: string | null) => void,
): () => void {
  let isEnded = false;
  let stream: Readable | null = null;
  let timer: NodeJS.Timeout | undefined;
  let retryMs = firstRetryMs;

  const listen = async (): Promise<void> => {
    stream = (await docker.getEvents({
      filters: { type: ['container'], event: ['start', 'die', 'destroy'], label: [names.filter] },
    })) as unknown as Readable;
    if (isEnded) {
      stream.destroy();
      return;
    }
    retryMs = firstRetryMs;
    onChange(null);
    for await (const line of createInterface({ input: stream })) {
      const sessionId = sessionOf(line);
      if (sessionId !== null) onChange(sessionId);
    }
  };
  const keepListening = (): void => {
    // Whatever ended the stream, the answer is to listen again; what was missed is found by the full look.
    void listen()
      .catch(() => undefined)
      .finally(() => {
        if (isEnded) return;
        timer = setTimeout(keepListening, retryMs);
        timer.unref();
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      });
  };
  keepListening();
  return () => {
    isEnded = true;
    clearTimeout(timer);
    stream?.destroy();
  };
}

function sessionOf(line: string): string | null {
  try {
    const event = JSON.parse(line) as { Actor?: { Attributes?: Record<string, string> } };
    return event.Actor?.Attributes?.[labels.session] ?? null;
  } catch {
    // A line cut off by the end of the stream.
    return null;
  }
}
