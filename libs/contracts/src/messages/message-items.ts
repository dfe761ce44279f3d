import { z } from 'zod';
import { blobRefSchema } from '../blobs/blob-ref.ts';
import {
  fileDiffSchema,
  permissionOptionSchema,
  planEntrySchema,
  questionSchema,
  toolKinds,
  toolOutputMaxLength,
  toolStatuses,
} from '../agents/turn-events.ts';

const id = z.string().min(1).max(128);
/** The whole text, where it is cut here. */
const fullText = blobRefSchema.optional();

/**
 * The structured parts of an assistant message, in the order in which they happened. What a turn's events add up to
 * (`foldTurn`), so that a live turn and a stored message are drawn by the same code.
 */
export const messageItemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), id, text: z.string(), fullText }),
  z.object({ type: z.literal('thought'), id, text: z.string(), fullText }),
  z.object({
    type: z.literal('tool'),
    id,
    kind: z.enum(toolKinds),
    title: z.string(),
    command: z.string().optional(),
    status: z.enum(toolStatuses),
    output: z.string().max(toolOutputMaxLength),
    truncated: z.boolean().optional(),
    /** The whole output, where it is cut here. */
    fullOutput: blobRefSchema.optional(),
    exitCode: z.int().nullable().optional(),
    durationMs: z.number().optional(),
    diffs: z.array(fileDiffSchema).optional(),
  }),
  z.object({ type: z.literal('plan'), id, entries: z.array(planEntrySchema) }),
  z.object({
    type: z.literal('permission'),
    id,
    toolCallId: z.string().optional(),
    title: z.string(),
    detail: z.string().optional(),
    diffs: z.array(fileDiffSchema).optional(),
    options: z.array(permissionOptionSchema),
    state: z.enum(['pending', 'answered', 'withdrawn', 'expired']),
  }),
  z.object({
    type: z.literal('question'),
    id,
    questions: z.array(questionSchema),
    state: z.enum(['pending', 'answered', 'withdrawn', 'expired']),
  }),
  z.object({ type: z.literal('notice'), id, level: z.enum(['info', 'warning', 'error']), text: z.string() }),
]);
export type MessageItem = z.infer<typeof messageItemSchema>;
export type MessageItemOf<T extends MessageItem['type']> = Extract<MessageItem, { type: T }>;

export const turnUsageSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  contextTokens: z.number().optional(),
  contextWindow: z.number().optional(),
  /** US dollars of the conversation so far, where the agent counts them. */
  costUsd: z.number().optional(),
});
export type TurnUsage = z.infer<typeof turnUsageSchema>;
