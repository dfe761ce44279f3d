import { z } from 'zod';
import { attachmentPathSchema } from '../prompts/attachments.ts';
import { promptLimits } from '../prompts/prompts.requests.ts';
import { agentRequestAnswerSchema } from '../agent-requests/agent-requests.ts';
import { cursorSchema } from './cursor.ts';

export const clientFrameLimits = {
  /** Bytes. A longer prompt goes by REST. */
  frameMaxBytes: 64 * 1024,
  perSecond: 20,
  burst: 100,
} as const;

/** Named in the answer, so that the sender knows which of its frames went wrong. */
const frameId = z.string().min(1).max(promptLimits.clientRequestIdMaxLength);

const promptId = z.string().min(1).max(128);
const promptText = z.string().min(promptLimits.textMinLength).max(promptLimits.textMaxLength);

/** browser → main-server, on `/ws/sessions/:sessionId?role=client`. Strict: what we do not know is refused. */
export const clientFrameSchema = z.discriminatedUnion('type', [
  /** First frame. Without a cursor, or with one that is too old, a snapshot is the answer. */
  z.strictObject({ type: z.literal('subscribe'), protocolVersion: z.int(), cursor: cursorSchema.nullable() }),
  z.strictObject({
    type: z.literal('prompt.send'),
    /** The same id sent twice is one prompt. */
    clientRequestId: frameId,
    text: promptText,
    images: z.array(attachmentPathSchema).max(promptLimits.imagesMax).optional(),
  }),
  z.strictObject({ type: z.literal('prompt.remove'), frameId, promptId }),
  z.strictObject({
    type: z.literal('prompt.edit'),
    frameId,
    promptId,
    text: promptText,
    /** The text that is meant to be replaced. */
    ifText: promptText.optional(),
  }),
  z.strictObject({
    type: z.literal('prompt.move'),
    frameId,
    promptId,
    /** Null for the end of the queue. */
    beforePromptId: promptId.nullable(),
  }),
  z.strictObject({ type: z.literal('prompt.send_now'), frameId, promptId }),
  z.strictObject({ type: z.literal('queue.resume'), frameId }),
  z.strictObject({ type: z.literal('turn.interrupt'), frameId, turnId: z.string().min(1).max(128) }),
  z.strictObject({
    type: z.literal('agent_request.answer'),
    frameId,
    agentRequestId: z.string().min(1).max(128),
    answer: agentRequestAnswerSchema,
  }),
]);
export type ClientFrame = z.infer<typeof clientFrameSchema>;
export type ClientFrameOf<T extends ClientFrame['type']> = Extract<ClientFrame, { type: T }>;
