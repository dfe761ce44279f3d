import { z } from 'zod';
import { agentIdPattern, permissionModes } from '../agents/agent.ts';
import { errorPayloadSchema } from '../errors/error-body.ts';
import { attachmentPathSchema } from '../prompts/attachments.ts';
import { preparationLimits, repositorySchema } from '../preparations/preparation-report.ts';
import { promptLimits } from '../prompts/prompts.requests.ts';
import { agentRequestAnswerSchema } from '../agent-requests/agent-requests.ts';
import { transcriptMaxLength } from '../messages/compose-transcript.ts';
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
    /** As the agent calls them; absent: what it prefers. */
    model: z.string().min(1).max(200).optional(),
    effort: z.string().min(1).max(50).optional(),
    /** Images that go with the text: paths below the workspace. */
    images: z.array(attachmentPathSchema).max(promptLimits.imagesMax).optional(),
    /** What was said in this session without this agent, to be read before the text. */
    transcript: z.string().max(transcriptMaxLength).optional(),
    /** The agent has answered in this session before: it has a conversation to go on with, or has lost it. */
    isContinued: z.boolean().optional(),
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
    images: z.array(attachmentPathSchema).max(promptLimits.imagesMax).optional(),
  }),
  z.object({ type: z.literal('turn.interrupt'), turnId: z.string().max(128) }),
  z.object({
    type: z.literal('agent_request.answer'),
    agentRequestId: z.string().max(128),
    answer: agentRequestAnswerSchema,
  }),
  /**
   * Have this in the workspace before the first prompt. Sent over each new link, and again with another `attempt` when the
   * user wants what failed to be tried once more. Both null: end what is under way, and leave the rest. What was done
   * once is not done again. Only to containers whose `hello` says `canPrepare`.
   */
  z.object({
    type: z.literal('workspace.prepare'),
    attempt: z.int().min(1),
    repository: repositorySchema.nullable(),
    /** For bash, in the workspace, after the clone. */
    script: z.string().max(preparationLimits.scriptMaxLength).nullable(),
  }),
  /** What the container was given to log its agents in with is no longer all of it. */
  z.object({ type: z.literal('credentials.changed') }),
  /** Variables and MCP servers of the session or of its owner are no longer what they were. */
  z.object({ type: z.literal('agent_settings.changed') }),
  z.object({ type: z.literal('error'), error: errorPayloadSchema }),
]);
export type MainFrame = z.infer<typeof mainFrameSchema>;
export type MainFrameOf<T extends MainFrame['type']> = Extract<MainFrame, { type: T }>;
