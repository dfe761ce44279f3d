import { z } from 'zod';
import { agentIdPattern, permissionModes } from '../agents/agent.ts';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { agentRequestAnswerSchema } from '../agent-requests/agent-requests.ts';
import { outboxEpochSchema } from './outbox-event.ts';

/** main-server → container-agent. */
export const mainFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocolVersion: z.int(),
    /** What is committed of the epoch the container named: everything up to here can be forgotten. 0 for a new epoch. */
    ackedSeq: z.int().min(0),
  }),
  z.object({ type: z.literal('ack'), epoch: outboxEpochSchema, seq: z.int().min(1) }),
  /** Run this. Sent again after a reconnect until its turn has started; the container runs it once. */
  z.object({
    type: z.literal('prompt.deliver'),
    promptId: z.string().max(128),
    turnId: z.string().max(128),
    text: z.string(),
    agent: z.string().regex(agentIdPattern),
    permissionMode: z.enum(permissionModes),
  }),
  /**
   * Give this text to the agent while it works on the turn. Sent again after a reconnect until `prompt.steered` or the
   * end of the turn; the agent gets it once. Only to containers whose `hello` says that the agent can be steered.
   */
  z.object({
    type: z.literal('turn.steer'),
    turnId: z.string().max(128),
    promptId: z.string().max(128),
    text: z.string(),
  }),
  z.object({ type: z.literal('turn.interrupt'), turnId: z.string().max(128) }),
  z.object({
    type: z.literal('agent_request.answer'),
    agentRequestId: z.string().max(128),
    answer: agentRequestAnswerSchema,
  }),
  z.object({ type: z.literal('error'), error: errorPayloadSchema }),
]);
export type MainFrame = z.infer<typeof mainFrameSchema>;
export type MainFrameOf<T extends MainFrame['type']> = Extract<MainFrame, { type: T }>;
