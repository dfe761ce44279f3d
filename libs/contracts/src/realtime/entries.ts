import { z } from 'zod';
import { agentIdPattern, permissionModes } from '../agents/agent.ts';
import {
  fileDiffSchema,
  permissionOptionSchema,
  questionSchema,
  turnEventSchema,
} from '../agents/turn-events.ts';
import {
  containerProviderNames,
  containerSizeDefault,
  containerSizeNames,
  containerStatuses,
  containerStepNames,
  type ContainerResponse,
} from '../containers/containers.requests.ts';
import { messageItemSchema, turnUsageSchema } from '../messages/message-items.ts';
import { messageRoles, type MessageResponse } from '../messages/messages.requests.ts';
import { preparationSchema } from '../preparations/preparation-report.ts';
import { promptStatuses, type PromptResponse } from '../prompts/prompts.requests.ts';
import {
  agentRequestAnswerSchema,
  agentRequestStatuses,
  type AgentRequestResponse,
} from '../agent-requests/agent-requests.ts';
import { sessionStatuses, type SessionResponse } from '../sessions/sessions.requests.ts';

const authorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), userId: z.string() }),
  z.object({ kind: z.literal('container') }),
  z.object({ kind: z.literal('system') }),
]);

export const promptSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  text: z.string(),
  images: z.array(z.string()).readonly().optional(),
  status: z.enum(promptStatuses),
  author: authorSchema,
  turnId: z.string().nullable(),
  clientRequestId: z.string().nullable(),
  place: z.int().optional(),
  createdAt: z.string(),
}) satisfies z.ZodType<PromptResponse>;

export const messageSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  position: z.int(),
  role: z.enum(messageRoles),
  author: authorSchema,
  text: z.string(),
  images: z.array(z.string()).readonly().optional(),
  items: z.array(messageItemSchema),
  turnId: z.string().nullable(),
  promptId: z.string().nullable(),
  agent: z.string().nullable(),
  outcome: z.enum(['completed', 'interrupted', 'failed']).nullable(),
  reason: z.string().nullable(),
  usage: turnUsageSchema.nullable(),
  createdAt: z.string(),
}) satisfies z.ZodType<MessageResponse>;

export const agentRequestSchema = z.object({
  id: z.string(),
  sessionId: z.string(),
  turnId: z.string(),
  kind: z.enum(['permission', 'question']),
  title: z.string(),
  detail: z.string().nullable(),
  toolCallId: z.string().nullable(),
  diffs: z.array(fileDiffSchema),
  options: z.array(permissionOptionSchema),
  questions: z.array(questionSchema),
  status: z.enum(agentRequestStatuses),
  answer: agentRequestAnswerSchema.nullable(),
  decidedBy: z.string().nullable(),
  createdAt: z.string(),
  answeredAt: z.string().nullable(),
  kept: z.object({ text: z.string(), promptId: z.string().nullable() }).nullish(),
}) satisfies z.ZodType<AgentRequestResponse>;

function isKnownStep(step: unknown): boolean {
  const name = (step as { readonly name?: unknown } | null)?.name;
  return typeof name !== 'string' || containerStepNames.some((known) => known === name);
}

export const containerSchema = z.object({
  sessionId: z.string(),
  provider: z.enum(containerProviderNames),
  status: z.enum(containerStatuses),
  generation: z.int(),
  isConnected: z.boolean(),
  reason: z.string().nullable(),
  // A newer server may know steps that this page does not: they are left out, and the rest is shown.
  steps: z.preprocess(
    (steps) => (Array.isArray(steps) ? steps.filter(isKnownStep) : steps),
    z.array(
      z.object({
        name: z.enum(containerStepNames),
        state: z.enum(['waiting', 'running', 'done', 'failed']),
        detail: z.string().nullable(),
        tookMs: z.number().nullable(),
      }),
    ),
  ),
  startedAt: z.string().nullable(),
  // Entries of older servers lack both.
  image: z.string().nullable().default(null),
  isOutdated: z.boolean().default(false),
}) satisfies z.ZodType<ContainerResponse>;

export const sessionSchema = z.object({
  id: z.string(),
  title: z.string(),
  agent: z.string().regex(agentIdPattern),
  permissionMode: z.enum(permissionModes),
  // Entries of older servers lack both.
  model: z.string().nullable().default(null),
  effort: z.string().nullable().default(null),
  status: z.enum(sessionStatuses),
  provider: z.enum(containerProviderNames),
  // Entries of older servers lack both.
  size: z.enum(containerSizeNames).default(containerSizeDefault),
  internet: z.boolean().default(true),
  containerStatus: z.enum(containerStatuses),
  reason: z.string().nullable(),
  origin: z.string(),
  isKeptRunning: z.boolean().default(false),
  // Entries of older servers lack both.
  continuesAfterLimit: z.boolean().default(false),
  limitResetsAt: z.string().nullable().default(null),
  archivedAt: z.string().nullable(),
  createdAt: z.string(),
  lastActivityAt: z.string(),
}) satisfies z.ZodType<SessionResponse>;

/** What one line of a session's history says. */
export const entryBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn.event'), event: turnEventSchema }),
  /** A prompt was queued, edited, moved, delivered, begun, done or removed. */
  z.object({ type: z.literal('prompt.changed'), prompt: promptSchema }),
  z.object({ type: z.literal('queue.changed'), isPaused: z.boolean() }),
  /** `foldsTurnId`: the message stands for all events of that turn, which are shown no more. */
  z.object({ type: z.literal('message.stored'), message: messageSchema, foldsTurnId: z.string().nullable() }),
  z.object({ type: z.literal('agent_request.changed'), request: agentRequestSchema }),
  z.object({ type: z.literal('container.changed'), container: containerSchema }),
  z.object({ type: z.literal('session.changed'), session: sessionSchema }),
  /** A step of the preparation of the workspace has begun or ended. */
  z.object({ type: z.literal('preparation.changed'), preparation: preparationSchema }),
  /** An agent of the session can be told other things than before: `GET …/controls` says which. */
  z.object({ type: z.literal('controls.changed'), agent: z.string() }),
  /** Events `fromSeq` to `toSeq` of the container were lost or unreadable. */
  z.object({ type: z.literal('gap'), fromSeq: z.int(), toSeq: z.int(), reason: z.string() }),
]);
export type EntryBody = z.infer<typeof entryBodySchema>;
export type EntryBodyOf<T extends EntryBody['type']> = Extract<EntryBody, { type: T }>;

/** One line of a session's history, as main-server ordered it. */
export const entrySchema = z.object({
  /** Grows by one; the only cursor clients know. */
  position: z.int().min(1),
  /** Milliseconds since 1970, when main-server took it. */
  at: z.int(),
  body: entryBodySchema,
});
export type Entry = z.infer<typeof entrySchema>;
