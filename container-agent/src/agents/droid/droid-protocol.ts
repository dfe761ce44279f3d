import { z } from 'zod';

/**
 * The part of droid's stream-jsonrpc protocol this driver reads, checked against 0.225.2. Tolerant: droid adds fields
 * and messages with every version.
 */

export const apiVersion = '1.0.0';

const toolUseSchema = z.object({
  type: z.literal('tool_use'),
  id: z.string(),
  name: z.string(),
  input: z.record(z.string(), z.unknown()).default({}),
});
export type DroidToolUse = z.infer<typeof toolUseSchema>;

/** Blocks of other kinds keep their place: deltas name a block by its index. */
const otherBlock = z.object({ type: z.string() }).transform(() => ({ type: 'other' as const }));
const blockSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
  toolUseSchema,
  otherBlock,
]);
export type DroidBlock = z.infer<typeof blockSchema>;

const textDelta = { messageId: z.string(), blockIndex: z.number(), textDelta: z.string() };

const tokensSchema = z.object({
  inputTokens: z.number(),
  outputTokens: z.number(),
  cacheReadTokens: z.number().default(0),
  cacheCreationTokens: z.number().default(0),
});
export type DroidTokens = z.infer<typeof tokensSchema>;

export const droidNotificationSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('create_message'),
    message: z.object({
      id: z.string(),
      role: z.string(),
      content: z.array(blockSchema).default([]),
      visibility: z.string().optional(),
    }),
    /** Of the request that sent a message of the user. */
    requestId: z.string().optional(),
  }),
  z.object({ type: z.literal('assistant_text_delta'), ...textDelta }),
  z.object({ type: z.literal('thinking_text_delta'), ...textDelta }),
  z.object({ type: z.literal('tool_call'), toolUse: toolUseSchema }),
  z.object({
    type: z.literal('tool_progress_update'),
    toolUseId: z.string(),
    /** Everything a command said so far. */
    update: z.object({ fullOutput: z.string().optional() }),
  }),
  z.object({
    type: z.literal('tool_result'),
    toolUseId: z.string(),
    content: z.unknown().optional(),
    isError: z.boolean().default(false),
  }),
  z.object({
    type: z.literal('session_token_usage_changed'),
    tokenUsage: tokensSchema,
    lastCallTokenUsage: tokensSchema.optional(),
  }),
  z.object({
    type: z.literal('settings_updated'),
    settings: z.object({ interactionMode: z.string().optional(), modelId: z.string().optional() }),
  }),
  z.object({ type: z.literal('llm_retry'), attempt: z.number(), reason: z.string() }),
  z.object({ type: z.literal('assistant_message_retracted'), messageId: z.string() }),
  z.object({ type: z.literal('error'), message: z.string() }),
  z.object({ type: z.literal('session_compacted') }),
  /** First the beginning of the message, later what a model made of the conversation. */
  z.object({ type: z.literal('session_title_updated'), title: z.string(), updateType: z.string() }),
  z.object({ type: z.literal('queued_messages_discarded'), requestId: z.string().optional() }),
  z.object({
    type: z.literal('agent_turn_completed'),
    reason: z.string(),
    /** Of the whole session. */
    cumulativeTokenUsage: tokensSchema.optional(),
  }),
]);
export type DroidNotification = z.infer<typeof droidNotificationSchema>;
export type DroidNotificationOf<T extends DroidNotification['type']> = Extract<
  DroidNotification,
  { type: T }
>;

/** What we know and have no use for. Anything else we do not read is counted. */
export const silentNotifications: ReadonlySet<string> = new Set([
  'assistant_text_complete',
  'droid_working_state_changed',
  'hook_execution_completed',
  'hook_execution_started',
  'mcp_status_changed',
  'permission_resolved',
  'queued_messages_updated',
  'thinking_text_complete',
  'todo_list_updated',
  'tool_execution_phase_changed',
]);

const changedFile = z.object({
  filePath: z.string(),
  oldContent: z.string().optional(),
  newContent: z.string().optional(),
  content: z.string().optional(),
  operation: z.string().optional(),
});
const detailsSchema = changedFile.partial().extend({
  type: z.string(),
  fullCommand: z.string().optional(),
  plan: z.string().optional(),
  files: z.array(changedFile).optional(),
});
export type DroidAskDetails = z.infer<typeof detailsSchema>;

export const droidRequestSchema = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('droid.request_permission'),
    params: z.object({
      toolUses: z
        .array(
          z.object({
            toolUse: toolUseSchema,
            confirmationType: z.string(),
            details: detailsSchema.optional(),
          }),
        )
        .min(1),
      options: z.array(z.object({ label: z.string(), value: z.string() })).min(1),
    }),
  }),
  z.object({
    method: z.literal('droid.ask_user'),
    params: z.object({
      questions: z
        .array(
          z.object({
            index: z.number(),
            topic: z.string().optional(),
            question: z.string(),
            options: z.array(z.string()).default([]),
          }),
        )
        .min(1),
    }),
  }),
]);
export type DroidRequest = z.infer<typeof droidRequestSchema>;

const modelSchema = z.object({
  id: z.string(),
  displayName: z.string().default(''),
  supportedReasoningEfforts: z.array(z.string()).default([]),
  defaultReasoningEffort: z.string().nullish(),
  isCustom: z.boolean().default(false),
  noImageSupport: z.boolean().default(false),
});
export type DroidModel = z.infer<typeof modelSchema>;

const opened = {
  settings: z.object({ modelId: z.string(), reasoningEffort: z.string().nullish() }),
  availableModels: z.array(modelSchema).default([]),
};
export const createdSessionSchema = z.object({ sessionId: z.string(), ...opened });
export const loadedSessionSchema = z.object(opened);

export const commandsSchema = z.object({
  commands: z.array(
    z.object({
      name: z.string(),
      description: z.string().default(''),
      argumentHint: z.string().nullish(),
    }),
  ),
});
export type DroidCommand = z.infer<typeof commandsSchema>['commands'][number];

export const contextSchema = z.object({ limit: z.number() });
