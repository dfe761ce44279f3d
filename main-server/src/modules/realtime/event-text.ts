import { toEventId, type Cursor, type Entry } from '@codex-webapp/contracts';

export interface StreamEvent {
  readonly name: string;
  readonly data: object;
  /** Where a client that has it stands; absent for what is not part of the history. */
  readonly cursor?: Cursor;
  /** After how long a client that lost the stream is to come back. */
  readonly retryMs?: number;
}

const texts = new WeakMap<readonly Entry[], Buffer>();

/** One event of `text/event-stream`. JSON holds no line end, so its data is one line. */
export function toEventText({ name, data, cursor, retryMs }: StreamEvent): string {
  const lines = [
    `event: ${name}`,
    ...(cursor === undefined ? [] : [`id: ${toEventId(cursor)}`]),
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
    toEventText({ name: entry.body.type, data: entry, cursor: { epoch, position: entry.position } }),
  );
  const text = Buffer.from(events.join(''));
  texts.set(entries, text);
  return text;
}
