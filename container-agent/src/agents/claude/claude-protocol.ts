import { z } from 'zod';

/**
 * The part of Claude Code's stream-json and control protocol this driver reads, checked against 2.1.330. Tolerant: every
 * version adds fields and messages. The types of `@anthropic-ai/claude-agent-sdk` describe the whole of it.
 */

const usageSchema = z.object({
  input_tokens: z.number().nullish(),
  output_tokens: z.number().nullish(),
  cache_creation_input_tokens: z.number().nullish(),
  cache_read_input_tokens: z.number().nullish(),
});
export type ClaudeTokens = z.infer<typeof usageSchema>;

const streamEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message_start'),
    message: z.object({ id: z.string(), model: z.string(), usage: usageSchema }),
  }),
  z.object({
    type: z.literal('content_block_delta'),
    index: z.number(),
    delta: z.union([
      z.object({ type: z.literal('text_delta'), text: z.string() }),
      z.object({ type: z.literal('thinking_delta'), thinking: z.string() }),
      z.object({ type: z.string() }).transform(() => ({ type: 'other' as const })),
    ]),
  }),
  z.object({ type: z.literal('message_delta'), usage: usageSchema.nullish() }),
  z.object({ type: z.literal('message_stop') }),
  z.object({ type: z.literal('content_block_start'), index: z.number() }),
  z.object({ type: z.literal('content_block_stop') }),
]);

const input = z.record(z.string(), z.unknown());
export type ClaudeInput = z.infer<typeof input>;

const toolUseSchema = z.object({ type: z.literal('tool_use'), id: z.string(), name: z.string(), input });
export type ClaudeToolUse = z.infer<typeof toolUseSchema>;

const textBlockSchema = z.object({ type: z.literal('text'), text: z.string() });
const otherBlockSchema = z.object({ type: z.string() }).transform(() => ({ type: 'other' as const }));

const contentBlockSchema = z.union([
  textBlockSchema,
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
  toolUseSchema,
  otherBlockSchema,
]);

const textPartsSchema = z.union([
  z.string(),
  z
    .array(z.object({ text: z.string().optional() }))
    .transform((parts) => parts.flatMap(({ text }) => text ?? []).join('\n')),
]);

const toolResultSchema = z.object({
  type: z.literal('tool_result'),
  tool_use_id: z.string(),
  content: textPartsSchema.nullish(),
  is_error: z.boolean().nullish(),
});
export type ClaudeToolResult = z.infer<typeof toolResultSchema>;

const parent = { parent_tool_use_id: z.string().nullish() };
const permissionDecision = z.object({ permission_decision: z.object({ decision: z.string() }).nullish() });

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('stream_event'), event: streamEventSchema, ...parent }),
  z.object({
    type: z.literal('assistant'),
    message: z.object({ id: z.string(), content: z.array(contentBlockSchema) }),
    ...parent,
    /** The text tells of an error and comes from no model. */
    is_api_error_message: z.boolean().optional(),
    error: z.string().nullish(),
  }),
  z.object({
    type: z.literal('user'),
    message: z.object({
      content: z.union([
        z.array(z.union([toolResultSchema, textBlockSchema, otherBlockSchema])),
        z.string().transform(() => []),
      ]),
    }),
    /** Said by Claude Code in the user's place. */
    isSynthetic: z.boolean().optional(),
    tool_use_result: z.unknown().optional(),
    tool_result_meta: z.array(permissionDecision).nullish(),
    ...parent,
  }),
  z.object({
    type: z.literal('result'),
    subtype: z.string(),
    is_error: z.boolean(),
    result: z.string().nullish(),
    errors: z.array(z.string()).nullish(),
    api_error_status: z.number().nullish(),
    total_cost_usd: z.number().nullish(),
    modelUsage: z
      .record(
        z.string(),
        z.object({
          inputTokens: z.number(),
          outputTokens: z.number(),
          cacheReadInputTokens: z.number().default(0),
          cacheCreationInputTokens: z.number().default(0),
          contextWindow: z.number().nullish(),
        }),
      )
      .nullish(),
  }),
  z.object({
    type: z.literal('command_lifecycle'),
    command_uuid: z.string(),
    state: z.string(),
  }),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({
      status: z.string(),
      /** Seconds since 1970. */
      resetsAt: z.number().nullish(),
      rateLimitType: z.string().nullish(),
    }),
  }),
]);

const systemSchema = z.discriminatedUnion('subtype', [
  z.object({
    type: z.literal('system'),
    subtype: z.literal('init'),
    session_id: z.string(),
    permissionMode: z.string(),
  }),
  z.object({
    type: z.literal('system'),
    subtype: z.literal('status'),
    permissionMode: z.string().optional(),
  }),
  z.object({ type: z.literal('system'), subtype: z.literal('session_state_changed'), state: z.string() }),
  z.object({
    type: z.literal('system'),
    subtype: z.literal('api_retry'),
    attempt: z.number(),
    max_retries: z.number(),
    retry_delay_ms: z.number(),
    error_status: z.number().nullish(),
    error: z.string().nullish(),
  }),
  z.object({ type: z.literal('system'), subtype: z.literal('compact_boundary') }),
  z.object({
    type: z.literal('system'),
    subtype: z.literal('background_tasks_changed'),
    tasks: z.array(z.object({ task_id: z.string() })),
  }),
]);

export const claudeMessageSchema = z.union([systemSchema, messageSchema]);
export type ClaudeMessage = z.infer<typeof claudeMessageSchema>;
export type ClaudeMessageOf<T extends ClaudeMessage['type']> = Extract<ClaudeMessage, { type: T }>;
export type ClaudeStreamEvent = z.infer<typeof streamEventSchema>;
export type ClaudeResult = ClaudeMessageOf<'result'>;
export type ClaudeRetry = Extract<ClaudeMessage, { subtype: 'api_retry' }>;

/** What we know and have no use for. Anything else we do not read is counted. */
export const silentMessages: ReadonlySet<string> = new Set([
  'control_cancel_request',
  'system/task_notification',
  'system/task_progress',
  'system/task_started',
  'system/task_updated',
  'system/thinking_tokens',
]);

/** A suggestion is answered as it came; we only look at what it is. */
const permissionUpdateSchema = z.looseObject({ type: z.string(), destination: z.string().optional() });
export type ClaudePermissionUpdate = z.infer<typeof permissionUpdateSchema>;

export const claudePermissionSchema = z.object({
  subtype: z.literal('can_use_tool'),
  tool_name: z.string(),
  input,
  tool_use_id: z.string().nullish(),
  description: z.string().nullish(),
  decision_reason: z.string().nullish(),
  permission_suggestions: z.array(permissionUpdateSchema).nullish(),
});
export type ClaudePermission = z.infer<typeof claudePermissionSchema>;

export const askedQuestionsSchema = z.object({
  questions: z
    .array(
      z.object({
        question: z.string(),
        header: z.string().optional(),
        options: z.array(z.object({ label: z.string(), description: z.string().optional() })).default([]),
      }),
    )
    .min(1),
});
export type ClaudeQuestion = z.infer<typeof askedQuestionsSchema>['questions'][number];

export const initializedSchema = z.object({
  models: z
    .array(
      z.object({
        value: z.string(),
        displayName: z.string(),
        description: z.string().optional(),
        supportedEffortLevels: z.array(z.string()).optional(),
      }),
    )
    .default([]),
  commands: z
    .array(
      z.object({
        name: z.string(),
        description: z.string().default(''),
        argumentHint: z.string().optional(),
      }),
    )
    .default([]),
});
export type ClaudeInitialized = z.infer<typeof initializedSchema>;
