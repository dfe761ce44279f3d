import type { Entry, EntryBody } from '@codex-webapp/contracts';

/** Where an entry comes from, when it is a container's event. */
export interface EntryOrigin {
  readonly turnId?: string;
  /** The number the event has in the container's outbox. */
  readonly epoch?: string;
  readonly seq?: number;
}

/** An entry that has its position and is not committed yet. */
export interface StagedEntry {
  readonly entry: Entry;
  readonly origin: EntryOrigin;
}

export interface NewEntry {
  readonly body: EntryBody;
  readonly origin?: EntryOrigin;
}

/** The newest number of a container's outbox among the entries; null when none came from a container. */
export function newestMark(entries: readonly StagedEntry[]): { epoch: string; seq: number } | null {
  const last = entries.findLast(({ origin }) => origin.epoch !== undefined && origin.seq !== undefined);
  if (last?.origin.epoch === undefined || last.origin.seq === undefined) return null;
  return { epoch: last.origin.epoch, seq: last.origin.seq };
}
