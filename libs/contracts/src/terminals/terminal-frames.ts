import { z } from 'zod';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { terminalLimits } from './terminals.requests.ts';

const size = {
  cols: z.int().min(terminalLimits.colsMin).max(terminalLimits.colsMax),
  rows: z.int().min(terminalLimits.rowsMin).max(terminalLimits.rowsMax),
};

/** page → container-agent, on `/api/terminals/:id/socket`. Strict: what we do not know is refused. */
export const terminalClientFrameSchema = z.discriminatedUnion('type', [
  /** What was typed or pasted. */
  z.strictObject({
    type: z.literal('terminal.input'),
    data: z.string().min(1).max(terminalLimits.inputMaxLength),
  }),
  /** The size of the page that was used last is that of the terminal. */
  z.strictObject({ type: z.literal('terminal.resize'), ...size }),
  /** How many bytes of output the page has drawn since it was attached. Without it the program waits in the end. */
  z.strictObject({ type: z.literal('terminal.ack'), bytes: z.int().nonnegative() }),
]);
export type TerminalClientFrame = z.infer<typeof terminalClientFrameSchema>;

/**
 * container-agent → page. Output comes between them as binary messages: bytes as the program wrote them, cut anywhere.
 * After `terminal.attached` the first of them draws the whole screen, with what is above it.
 */
export const terminalServerFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('terminal.attached'), protocolVersion: z.int(), ...size }),
  z.object({ type: z.literal('terminal.resized'), ...size }),
  /** The shell has ended; the socket closes after it. */
  z.object({ type: z.literal('terminal.exited'), exitCode: z.int() }),
  z.object({ type: z.literal('error'), error: errorPayloadSchema }),
]);
export type TerminalServerFrame = z.infer<typeof terminalServerFrameSchema>;
