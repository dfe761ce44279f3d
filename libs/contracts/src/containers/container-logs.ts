import { z } from 'zod';
import { streamEndSchema } from '../realtime/event-stream.ts';
import { containerStatuses } from './containers.requests.ts';

export const containerLogLimits = { tailDefault: 200, tailMax: 2_000, markMaxLength: 100 } as const;

/** `restart`: nothing of what containers before the present one printed. */
export const containerLogStarts = ['all', 'restart'] as const;
export type ContainerLogStart = (typeof containerLogStarts)[number];

/** Query of both log routes. */
export interface ReadContainerLogsRequest {
  /** Newest lines to begin with. */
  readonly tail?: number;
  /** `all`, as far as the backend keeps it, when absent. */
  readonly since?: ContainerLogStart;
}

/** `GET /api/sessions/:id/container/logs` */
export interface ContainerLogsResponse {
  /** What the container printed last, oldest first. */
  readonly lines: readonly string[];
}

/** One line, as the container printed it: control characters and all. */
const lineSchema = z.object({
  type: z.literal('line'),
  /** RFC 3339; null where the backend does not note it. */
  at: z.string().nullable(),
  text: z.string(),
});

/** Lines are missing here. `lost`: the backend has them no more, or may not; `too-fast`: there were too many to show. */
const gapSchema = z.object({ type: z.literal('gap'), reason: z.enum(['lost', 'too-fast']) });

/** How the container is from here on. */
const containerSchema = z.object({
  type: z.literal('container'),
  status: z.enum(containerStatuses),
  generation: z.number().int(),
  /** Why it is in `error`, in words. */
  reason: z.string().nullable(),
  startedAt: z.string().nullable(),
});

/** The log cannot be read now, for this reason; it is tried again until it can. */
const unavailableSchema = z.object({ type: z.literal('unavailable'), message: z.string() });

/** What `data` of an event of `GET /api/sessions/:id/container/logs/stream` holds. Only lines have an id. */
export const containerLogEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocolVersion: z.number(), sessionId: z.string() }),
  lineSchema,
  gapSchema,
  containerSchema,
  unavailableSchema,
  streamEndSchema,
]);
export type ContainerLogEvent = z.infer<typeof containerLogEventSchema>;

/** What `Last-Event-ID` may be: the id of a line, which is its provider's own. */
export function isContainerLogMark(text: string): boolean {
  return text.length <= containerLogLimits.markMaxLength && /^[\w.:+-]+$/.test(text);
}
