import { z } from 'zod';
import { turnEventSchema } from '../agents/turn-events.ts';

/** A random id made with an outbox. Numbers restart in a new one. */
export const outboxEpochSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Far more than a session says in its life, and far less than where numbers lose their precision in a database. */
export const outboxSeqMax = 2 ** 48;

/** Counts from 1 within an epoch, without holes. */
export const outboxSeqSchema = z.int().min(1).max(outboxSeqMax);

/**
 * One event as the container numbered and stored it before it was sent. `event` is left unparsed here so that one
 * event main-server does not know does not cost the others of its frame; see `parseTurnEvent`.
 */
export const outboxEventSchema = z.object({
  seq: outboxSeqSchema,
  /** Milliseconds since 1970 by the container's clock; for display, never for order. */
  at: z.int(),
  event: z.record(z.string(), z.unknown()),
});

/** Null for an event that is malformed or of an unknown type: it is acknowledged, counted and shown as a gap. */
export function parseTurnEvent(event: unknown) {
  const parsed = turnEventSchema.safeParse(event);
  return parsed.success ? parsed.data : null;
}
