import { z } from 'zod';
import { errorPayloadSchema } from '../errors/error-body.ts';

export const themes = ['light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** page → session UI in the iframe, by postMessage. Sent to the session's exact origin only; never carries a secret but a ticket. */
export const pageMessageSchema = z.discriminatedUnion('type', [
  /** The answer to AUTH_REQUEST: a ticket for `/ws/sessions/:id` on the session's own origin, good once. */
  z.strictObject({
    type: z.literal('AUTH_TOKEN'),
    sessionId: z.string().max(128),
    ticket: z.string().max(256),
    expiresAt: z.string().max(64),
  }),
  z.strictObject({
    type: z.literal('SETTINGS_UPDATE'),
    settings: z.strictObject({ enterSends: z.boolean() }),
  }),
  z.strictObject({ type: z.literal('THEME'), theme: z.enum(themes) }),
  z.strictObject({ type: z.literal('FOCUS') }),
  /** A message of the session UI was not understood, and left out. Never answered. */
  z.strictObject({ type: z.literal('ERROR'), error: errorPayloadSchema }),
]);
export type PageMessage = z.infer<typeof pageMessageSchema>;
export type PageMessageOf<T extends PageMessage['type']> = Extract<PageMessage, { type: T }>;
