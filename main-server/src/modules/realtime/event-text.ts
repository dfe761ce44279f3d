import { toEventId, type Entry, type ErrorPayload } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

export interface StreamEvent {
  readonly name: string;
  readonly data: object;
  /** With which a client that has it comes back; absent for what nobody can go on from. */
  readonly id?: string | undefined;
  /** After how long a client that lost the stream is to come back. */
  readonly retryMs?: number;
}

const texts = new WeakMap<readonly Entry[], Buffer>();

/** One event of `text/event-stream`. JSON holds no line end, so its data is one line. */
export function toEventText({ name, data, id, retryMs }: StreamEvent): string {
  const lines = [
    `event: ${name}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(retryMs === undefined ? [] : [`retry: ${retryMs}`]),
    `data: ${JSON.stringify(data)}`,
  ];
  return `${lines.join('\n')}\n\n`;
}

/** An event per entry, named by what it says. Written once however many streams it goes to, see `toEntriesFrame`. */
export function toEntryEvents(entries: readonly Entry[], epoch: string): Buffer {
  const known = texts.get(entries);
  if (known !== undefined) return known;
  const events = entries.map((entry) =>
    toEventText({ name: entry.body.type, data: entry, id: toEventId({ epoch, position: entry.position }) }),
  );
  const text = Buffer.from(events.join(''));
  texts.set(entries, text);
  return text;
}

/** What a stream ends with that could not go on. */
export function toErrorPayload(error: unknown): ErrorPayload {
  if (error instanceof DomainError) return error.toPayload();
  return { code: 'internal', message: 'The session could not be read; come back in a moment.' };
}
