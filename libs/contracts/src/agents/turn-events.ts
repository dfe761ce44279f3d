import { z } from 'zod';
import { blobRefSchema } from '../blobs/blob-ref.ts';

/**
 * What an agent does during a turn, in one vocabulary for all agents. Shapes follow the Agent Client Protocol
 * (tool kinds and states, option kinds, plan entries); the `type` names follow our own grammar of facts.
 * Tolerant objects: a newer container may send more fields than we know.
 */

/** No event is larger; drivers cut what is longer and say so in `truncated`. */
export const turnEventMaxBytes = 48 * 1024;

/** Longest text in one delta; drivers split what is longer. */
export const deltaMaxLength = 16 * 1024;

/** Characters of a command's output kept in an event; the newest are kept. */
export const toolOutputMaxLength = 32 * 1024;

const id = z.string().min(1).max(128);
const path = z.string().max(4_096);

export const toolKinds = [
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'other',
] as const;
export type ToolKind = (typeof toolKinds)[number];

export const toolStatuses = [
  'pending',
  'in_progress',
  'completed',
  'failed',
  'declined',
  'interrupted',
] as const;
export type ToolStatus = (typeof toolStatuses)[number];

/** A change to one file. `patch` is a unified diff without the file header; a new file has only added lines. */
export const fileDiffSchema = z.object({
  path,
  change: z.enum(['added', 'updated', 'deleted', 'moved']),
  /** The new path of a moved file. */
  movedTo: path.optional(),
  patch: z.string().max(toolOutputMaxLength),
  truncated: z.boolean().optional(),
  /** The whole patch, where it is cut here. */
  fullPatch: blobRefSchema.optional(),
});
export type FileDiff = z.infer<typeof fileDiffSchema>;

export const planEntrySchema = z.object({
  content: z.string().max(2_000),
  status: z.enum(['pending', 'in_progress', 'completed']),
});
export type PlanEntry = z.infer<typeof planEntrySchema>;

export const permissionOptionSchema = z.object({
  optionId: id,
  name: z.string().max(200),
  kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']),
});
export type PermissionOption = z.infer<typeof permissionOptionSchema>;

export const questionSchema = z.object({
  questionId: id,
  header: z.string().max(200).optional(),
  question: z.string().max(4_000),
  options: z
    .array(z.object({ label: z.string().max(500), description: z.string().max(2_000).optional() }))
    .max(50),
  /** Whether a text of one's own is an answer too. */
  allowsOther: z.boolean(),
});
export type Question = z.infer<typeof questionSchema>;

const turnRef = { turnId: id };

export const turnEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn.started'), ...turnRef, promptId: id, agent: z.string().max(32) }),
  z.object({
    type: z.literal('turn.ended'),
    ...turnRef,
    promptId: id,
    outcome: z.enum(['completed', 'interrupted', 'failed']),
    /** Why it failed or was interrupted, in words for the user: the cause and what to do. */
    reason: z.string().max(4_000).optional(),
  }),
  /** The agent was given this prompt while it works on the turn: it is part of the turn and is not run again. */
  z.object({ type: z.literal('prompt.steered'), ...turnRef, promptId: id }),
  z.object({
    type: z.literal('message.delta'),
    ...turnRef,
    messageId: id,
    text: z.string().max(deltaMaxLength),
  }),
  z.object({
    type: z.literal('thought.delta'),
    ...turnRef,
    messageId: id,
    text: z.string().max(deltaMaxLength),
  }),
  z.object({
    type: z.literal('tool.started'),
    ...turnRef,
    toolCallId: id,
    kind: z.enum(toolKinds),
    title: z.string().max(1_000),
    /** The command line as the user would type it, for `execute`. */
    command: z.string().max(8_192).optional(),
    diffs: z.array(fileDiffSchema).max(200).optional(),
    locations: z
      .array(z.object({ path, line: z.int().optional() }))
      .max(200)
      .optional(),
  }),
  /** More output of a running tool call. */
  z.object({
    type: z.literal('tool.delta'),
    ...turnRef,
    toolCallId: id,
    text: z.string().max(deltaMaxLength),
  }),
  z.object({
    type: z.literal('tool.ended'),
    ...turnRef,
    toolCallId: id,
    status: z.enum(toolStatuses),
    exitCode: z.int().nullable().optional(),
    /** The whole output (its newest part where it is long). Replaces what the deltas said: agents lose early output. */
    output: z.string().max(toolOutputMaxLength).optional(),
    truncated: z.boolean().optional(),
    /** The whole output, where it is cut here. */
    fullOutput: blobRefSchema.optional(),
    diffs: z.array(fileDiffSchema).max(200).optional(),
    durationMs: z.number().optional(),
  }),
  z.object({ type: z.literal('plan.updated'), ...turnRef, entries: z.array(planEntrySchema).max(200) }),
  z.object({
    type: z.literal('usage.updated'),
    ...turnRef,
    /** Tokens of the conversation so far, as the agent counts them. */
    inputTokens: z.number(),
    outputTokens: z.number(),
    /** Tokens in the context window now, and its size. */
    contextTokens: z.number().optional(),
    contextWindow: z.number().optional(),
    /** US dollars of the conversation so far, where the agent counts them. */
    costUsd: z.number().optional(),
  }),
  z.object({
    type: z.literal('permission.requested'),
    ...turnRef,
    agentRequestId: id,
    toolCallId: id.optional(),
    title: z.string().max(1_000),
    /** The command, or the reason the agent gives. */
    detail: z.string().max(8_192).optional(),
    diffs: z.array(fileDiffSchema).max(200).optional(),
    options: z.array(permissionOptionSchema).min(1).max(10),
  }),
  z.object({
    type: z.literal('question.asked'),
    ...turnRef,
    agentRequestId: id,
    questions: z.array(questionSchema).min(1).max(10),
  }),
  /** The agent no longer waits: it took the answer, withdrew, or died. */
  z.object({
    type: z.literal('agent_request.closed'),
    ...turnRef,
    agentRequestId: id,
    reason: z.enum(['answered', 'withdrawn', 'expired']),
  }),
  /** Something worth a line in the conversation: a retry, a limit, a fresh start of the agent. */
  z.object({
    type: z.literal('notice.raised'),
    ...turnRef,
    level: z.enum(['info', 'warning', 'error']),
    text: z.string().max(4_000),
    /** When a usage limit that was reached resets. */
    limitResetsAt: z.iso.datetime().optional(),
  }),
]);

export type TurnEvent = z.infer<typeof turnEventSchema>;
export type TurnEventOf<T extends TurnEvent['type']> = Extract<TurnEvent, { type: T }>;
export type TurnOutcome = TurnEventOf<'turn.ended'>['outcome'];
