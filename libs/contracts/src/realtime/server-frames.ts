import { z } from 'zod';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { preparationSchema } from '../preparations/preparation-report.ts';
import { cursorSchema } from './cursor.ts';
import {
  agentRequestSchema,
  containerSchema,
  entrySchema,
  messageSchema,
  promptSchema,
  sessionSchema,
} from './entries.ts';

/** main-server → browser, on `/ws/sessions/:sessionId`. Tolerant: a page may be older than the server. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocolVersion: z.int(), sessionId: z.string() }),
  /** Everything a client needs to draw the session. Replaces what it had. */
  z.object({
    type: z.literal('snapshot'),
    cursor: cursorSchema,
    session: sessionSchema,
    container: containerSchema,
    /** The newest ones, oldest first. */
    messages: z.array(messageSchema),
    /** Pass as `before` to `GET …/messages` for older ones; null when there are none. */
    nextBefore: z.int().nullable(),
    /** The events of turns that no message stands for yet, in order. */
    openEntries: z.array(entrySchema),
    /** Prompts that are not done. */
    prompts: z.array(promptSchema),
    isPaused: z.boolean(),
    /** Requests that are pending, and expired ones that can be answered or were. */
    requests: z.array(agentRequestSchema),
    /** Null: nothing was asked for. Missing from an older server. */
    preparation: preparationSchema.nullish(),
  }),
  /** What came after the client's cursor, in order, without holes. */
  z.object({ type: z.literal('entries'), entries: z.array(entrySchema).min(1) }),
  /** The client's cursor means nothing any more; a snapshot follows. */
  z.object({ type: z.literal('reset'), reason: z.string() }),
  /** What the container is doing right now (build output, steps). Not part of the history. */
  z.object({ type: z.literal('container.progress'), container: containerSchema }),
  /** How far the preparation of the workspace is right now. Not part of the history. */
  z.object({ type: z.literal('preparation.progress'), preparation: preparationSchema }),
  /** A frame of the client went wrong; `frameId` is its `frameId` or `clientRequestId`. */
  z.object({ type: z.literal('error'), error: errorPayloadSchema, frameId: z.string().nullable() }),
]);
export type ServerFrame = z.infer<typeof serverFrameSchema>;
export type ServerFrameOf<T extends ServerFrame['type']> = Extract<ServerFrame, { type: T }>;

/** main-server → browser, on `/ws/events`: what the session list shows. After a reconnect the page asks REST anew. */
export const listFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocolVersion: z.int() }),
  z.object({ type: z.literal('session.changed'), session: sessionSchema }),
  z.object({ type: z.literal('session.removed'), sessionId: z.string() }),
  z.object({ type: z.literal('container.changed'), container: containerSchema }),
]);
export type ListFrame = z.infer<typeof listFrameSchema>;
