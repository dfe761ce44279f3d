import { z } from 'zod';

/**
 * The part of the `codex app-server` protocol this driver reads, checked against 0.169.0. Tolerant: codex adds fields
 * and messages with every version. `codex app-server generate-ts --experimental` prints the whole of it.
 */

const commandActionSchema = z.object({
  type: z.string(),
  name: z.string().optional(),
  path: z.string().nullish(),
  query: z.string().nullish(),
});

const fileChangeSchema = z.object({
  path: z.string(),
  kind: z.object({ type: z.string(), move_path: z.string().nullish() }),
  /** Hunks for an update; the whole content, without signs, for a new or deleted file. */
  diff: z.string(),
});
export type CodexFileChange = z.infer<typeof fileChangeSchema>;

const toolItem = { id: z.string(), status: z.string().optional(), durationMs: z.number().nullish() };

const codexItemSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('userMessage'), id: z.string() }),
  z.object({ type: z.literal('agentMessage'), id: z.string(), text: z.string() }),
  z.object({
    type: z.literal('reasoning'),
    id: z.string(),
    summary: z.array(z.string()),
    content: z.array(z.string()),
  }),
  z.object({
    type: z.literal('commandExecution'),
    ...toolItem,
    command: z.string(),
    processId: z.string().nullish(),
    commandActions: z.array(commandActionSchema).default([]),
    aggregatedOutput: z.string().nullish(),
    exitCode: z.number().nullish(),
  }),
  z.object({ type: z.literal('fileChange'), ...toolItem, changes: z.array(fileChangeSchema) }),
  z.object({
    type: z.literal('mcpToolCall'),
    ...toolItem,
    server: z.string(),
    tool: z.string(),
    result: z.object({ content: z.array(z.unknown()) }).nullish(),
    error: z.object({ message: z.string() }).nullish(),
  }),
  z.object({ type: z.literal('webSearch'), id: z.string(), query: z.string() }),
  z.object({ type: z.literal('imageView'), id: z.string(), path: z.string() }),
  z.object({ type: z.literal('contextCompaction'), id: z.string() }),
  /** What codex proposes in plan mode. */
  z.object({ type: z.literal('plan'), id: z.string(), text: z.string() }),
  z.object({ type: z.literal('enteredReviewMode'), id: z.string() }),
  /** The review is said as a message too. */
  z.object({ type: z.literal('exitedReviewMode'), id: z.string() }),
]);
export type CodexItem = z.infer<typeof codexItemSchema>;
export type CodexItemOf<T extends CodexItem['type']> = Extract<CodexItem, { type: T }>;

const turnErrorSchema = z.object({
  message: z.string(),
  codexErrorInfo: z.unknown(),
  additionalDetails: z.string().nullish(),
});
export type CodexTurnError = z.infer<typeof turnErrorSchema>;

const ofTurn = { threadId: z.string(), turnId: z.string() };
const itemDelta = z.object({ ...ofTurn, itemId: z.string(), delta: z.string() });
const turnSchema = z.object({ id: z.string(), status: z.string(), error: turnErrorSchema.nullish() });
const tokenCountSchema = z.object({
  totalTokens: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
});

export const codexNotificationSchema = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('turn/started'),
    params: z.object({ threadId: z.string(), turn: turnSchema }),
  }),
  z.object({
    method: z.literal('turn/completed'),
    params: z.object({ threadId: z.string(), turn: turnSchema }),
  }),
  z.object({ method: z.literal('item/started'), params: z.object({ ...ofTurn, item: codexItemSchema }) }),
  z.object({ method: z.literal('item/completed'), params: z.object({ ...ofTurn, item: codexItemSchema }) }),
  z.object({ method: z.literal('item/agentMessage/delta'), params: itemDelta }),
  z.object({ method: z.literal('item/plan/delta'), params: itemDelta }),
  z.object({ method: z.literal('item/reasoning/textDelta'), params: itemDelta }),
  z.object({ method: z.literal('item/reasoning/summaryTextDelta'), params: itemDelta }),
  z.object({
    method: z.literal('item/reasoning/summaryPartAdded'),
    params: z.object({ ...ofTurn, itemId: z.string(), summaryIndex: z.number() }),
  }),
  z.object({ method: z.literal('item/commandExecution/outputDelta'), params: itemDelta }),
  z.object({
    method: z.literal('turn/plan/updated'),
    params: z.object({ ...ofTurn, plan: z.array(z.object({ step: z.string(), status: z.string() })) }),
  }),
  z.object({
    method: z.literal('thread/tokenUsage/updated'),
    params: z.object({
      ...ofTurn,
      tokenUsage: z.object({
        total: tokenCountSchema,
        last: tokenCountSchema,
        modelContextWindow: z.number().nullish(),
      }),
    }),
  }),
  z.object({
    method: z.literal('error'),
    params: z.object({ ...ofTurn, error: turnErrorSchema, willRetry: z.boolean() }),
  }),
  z.object({
    method: z.literal('model/rerouted'),
    params: z.object({ ...ofTurn, fromModel: z.string(), toModel: z.string() }),
  }),
  z.object({
    method: z.literal('warning'),
    params: z.object({ threadId: z.string().nullish(), message: z.string() }),
  }),
]);
export type CodexNotification = z.infer<typeof codexNotificationSchema>;

/** The thread has a name, or another one. */
export const threadNamedSchema = z.object({
  method: z.literal('thread/name/updated'),
  params: z.object({ threadId: z.string(), threadName: z.string().min(1) }),
});

const limitWindow = z.object({ usedPercent: z.number(), resetsAt: z.number().nullish() }).nullish();

/** How much of the account's limits is used; it comes before the error where one is reached. */
export const rateLimitsSchema = z.object({
  method: z.literal('account/rateLimits/updated'),
  params: z.object({ rateLimits: z.object({ primary: limitWindow, secondary: limitWindow }) }),
});

/** What we know and have no use for. Anything else we do not read is counted. */
export const silentNotifications: ReadonlySet<string> = new Set([
  'account/login/completed',
  'account/updated',
  'configWarning',
  'deprecationNotice',
  'item/fileChange/outputDelta',
  'item/fileChange/patchUpdated',
  'mcpServer/startupStatus/updated',
  'remoteControl/status/changed',
  'serverRequest/resolved',
  'skills/changed',
  'thread/goal/cleared',
  'thread/readState/changed',
  'thread/settings/updated',
  'thread/started',
  'thread/status/changed',
  'turn/diff/updated',
]);

const approval = { ...ofTurn, itemId: z.string(), reason: z.string().nullish() };

export const codexServerRequestSchema = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('item/commandExecution/requestApproval'),
    params: z.object({ ...approval, command: z.string().nullish() }),
  }),
  z.object({ method: z.literal('item/fileChange/requestApproval'), params: z.object(approval) }),
  z.object({
    method: z.literal('item/tool/requestUserInput'),
    params: z.object({
      ...ofTurn,
      questions: z
        .array(
          z.object({
            id: z.string(),
            header: z.string().optional(),
            question: z.string(),
            isOther: z.boolean().default(true),
            options: z.array(z.object({ label: z.string(), description: z.string().optional() })).nullish(),
          }),
        )
        .min(1),
    }),
  }),
]);
export type CodexServerRequest = z.infer<typeof codexServerRequestSchema>;

/** OpenAI refused the access token that codex was given: it wants another one. */
export const tokensRefreshSchema = z.object({ method: z.literal('account/chatgptAuthTokens/refresh') });

export const accountSchema = z.object({ account: z.unknown(), requiresOpenaiAuth: z.boolean() });
export const threadSchema = z.object({ thread: z.object({ id: z.string() }), model: z.string().optional() });
/** A compaction is answered without its turn. */
export const turnStartSchema = z.object({ turn: z.object({ id: z.string() }).optional() });
export const terminalsSchema = z.object({ data: z.array(z.object({ processId: z.string() })) });

export const codexSettingsSchema = z.object({
  config: z.object({ model: z.string().nullish(), model_reasoning_effort: z.string().nullish() }),
});

const modelSchema = z.object({
  model: z.string().min(1).max(200),
  displayName: z.string(),
  description: z.string().default(''),
  hidden: z.boolean().optional(),
  isDefault: z.boolean().optional(),
  supportedReasoningEfforts: z.array(z.object({ reasoningEffort: z.string().min(1).max(50) })).default([]),
  defaultReasoningEffort: z.string().max(50).nullish(),
  inputModalities: z.array(z.string()).optional(),
});
export type CodexModel = z.infer<typeof modelSchema>;
export const modelListSchema = z.object({ data: z.array(modelSchema) });

const skillSchema = z.object({
  name: z.string().min(1),
  description: z.string(),
  shortDescription: z.string().nullish(),
  interface: z.object({ shortDescription: z.string().nullish() }).nullish(),
  path: z.string(),
  enabled: z.boolean().optional(),
});
export type CodexSkill = z.infer<typeof skillSchema>;
export const skillListSchema = z.object({ data: z.array(z.object({ skills: z.array(skillSchema) })) });
