import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import type Docker from 'dockerode';
import { keepListening } from '../keep-listening.ts';
import { labels, type DockerNames } from './docker-names.ts';

const logger = new Logger('DockerEvents');

/** Tells which session's container started or ended, and null after the engine was away. Never gives up. */
export function watchEngine(
  docker: Docker,
  names: DockerNames,
  onChange: (sessionId: string | null) => void,
): () => void {
  return keepListening(
    async (signal, onHeard) => {
      const stream = (await docker.getEvents({
        filters: { type: ['container'], event: ['start', 'die', 'destroy'], label: [names.filter] },
      })) as unknown as Readable;
      if (signal.aborted) {
        stream.destroy();
        return;
      }
      signal.addEventListener('abort', () => stream.destroy(), { once: true });
      onHeard();
      // What was missed before is found by the full look.
      onChange(null);
      for await (const line of createInterface({ input: stream })) {
        const sessionId = sessionOf(line);
        if (sessionId !== null) onChange(sessionId);
      }
    },
    (error) => logger.debug({ msg: 'The events of the engine cannot be heard now', err: error }),
  );
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
