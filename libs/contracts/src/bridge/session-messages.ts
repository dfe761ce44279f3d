import { z } from 'zod';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { sessionLimits } from '../sessions/sessions.requests.ts';

const bridgeShortcuts = ['palette', 'new-session', 'search', 'toggle-sidebar', 'help'] as const;
export type BridgeShortcut = (typeof bridgeShortcuts)[number];

/** session UI in the iframe → page, by postMessage. The page believes none of it beyond this schema. */
export const sessionMessageSchema = z.discriminatedUnion('type', [
  /** The UI is drawn and its socket has been asked for. */
  z.strictObject({ type: z.literal('READY'), protocolVersion: z.int() }),
  z.strictObject({ type: z.literal('ERROR'), error: errorPayloadSchema }),
  z.strictObject({
    type: z.literal('TITLE_SUGGEST'),
    title: z.string().min(1).max(sessionLimits.titleMaxLength),
  }),
  /** Asks for a fresh AUTH_TOKEN; each is good for one connection. */
  z.strictObject({ type: z.literal('AUTH_REQUEST') }),
  /** The page opens it in a new tab after it checked the scheme. */
  z.strictObject({ type: z.literal('OPEN_LINK'), url: z.url({ protocol: /^https?$/ }).max(4_096) }),
  z.strictObject({ type: z.literal('SHORTCUT'), shortcut: z.enum(bridgeShortcuts) }),
]);
export type SessionMessage = z.infer<typeof sessionMessageSchema>;
