import { z } from 'zod';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { cursorSchema, type Cursor } from './cursor.ts';

/** The last event of `GET /api/sessions/:id/events`: why nothing follows. */
export const streamEndSchema = z.object({ type: z.literal('end'), error: errorPayloadSchema });
export type StreamEnd = z.infer<typeof streamEndSchema>;

/** A cursor as the id of an event of the stream, which comes back as `Last-Event-ID`. */
export function toEventId({ epoch, position }: Cursor): string {
  return `${epoch}:${position}`;
}

/** Null for what is no id of ours. Whether its history still exists is another question. */
export function parseEventId(id: string): Cursor | null {
  const [, epoch, position] = /^([\w.-]+):(0|[1-9]\d{0,15})$/.exec(id) ?? [];
  const parsed = cursorSchema.safeParse({ epoch, position: Number(position) });
  return parsed.success ? parsed.data : null;
}
