import { z } from 'zod';

/**
 * The parts of the Agent Client Protocol (version 1) we read, as loose as agents are: what we do not know is passed
 * over, what is missing is taken for empty, and one odd field costs no more than itself.
 */

const text = z.string().catch('');
const optionalText = z.string().optional().catch(undefined);

const contentBlockSchema = z.union([
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: optionalText }),
  z.object({ type: z.literal('resource'), resource: z.object({ uri: text, text: optionalText }) }),
  z.object({ type: z.string() }),
]);
export type AcpContentBlock = z.infer<typeof contentBlockSchema>;

const toolContentSchema = z.union([
  z.object({
    type: z.literal('diff'),
    path: z.string(),
    oldText: z.string().nullish(),
    newText: text,
    _meta: z.object({ kind: z.string() }).nullish().catch(undefined),
  }),
  z.object({ type: z.literal('content'), content: contentBlockSchema }),
  z.object({ type: z.literal('terminal'), terminalId: z.string() }),
  z.object({ type: z.string() }),
]);
export type AcpToolContent = z.infer<typeof toolContentSchema>;
export type AcpDiff = Extract<AcpToolContent, { newText: string }>;

const terminalMetaSchema = z.object({
  terminal_output: z.object({ data: z.string() }).optional().catch(undefined),
  terminal_output_delta: z.object({ data: z.string() }).optional().catch(undefined),
  terminal_exit: z.object({ exit_code: z.number().nullish() }).optional().catch(undefined),
  qwenInteractionKind: optionalText,
});

const anything = z.record(z.string(), z.unknown());

/** Of a `tool_call`, a `tool_call_update` and a permission request alike: an update says what is new. */
export const toolCallSchema = z.object({
  toolCallId: z.string().min(1).max(128),
  title: z.string().nullish().catch(undefined),
  kind: z
    .enum(['read', 'edit', 'delete', 'move', 'search', 'execute', 'think', 'fetch', 'other'])
    .nullish()
    .catch(undefined),
  status: z.enum(['pending', 'in_progress', 'completed', 'failed']).nullish().catch(undefined),
  content: z.array(toolContentSchema).nullish().catch(undefined),
  locations: z
    .array(z.object({ path: z.string(), line: z.number().int().nullish() }))
    .nullish()
    .catch(undefined),
  rawInput: anything.nullish().catch(undefined),
  rawOutput: z.union([anything, z.string()]).nullish().catch(undefined),
  _meta: terminalMetaSchema.nullish().catch(undefined),
});
export type AcpToolCall = z.infer<typeof toolCallSchema>;

const choiceSchema = z.object({ value: z.string(), name: text, description: optionalText.nullable() });
const configOptionSchema = z.object({
  id: z.string(),
  name: text,
  category: optionalText.nullable(),
  type: z.literal('select'),
  currentValue: z.string(),
  options: z.array(z.union([choiceSchema, z.object({ options: z.array(choiceSchema) })])),
});
export type AcpConfigOption = z.infer<typeof configOptionSchema>;
/** Options of kinds we do not know are left out. */
const configOptionsSchema = z
  .array(z.unknown())
  .transform((options) => options.flatMap((option) => configOptionSchema.safeParse(option).data ?? []));

const modesSchema = z.object({
  currentModeId: z.string(),
  availableModes: z.array(z.object({ id: z.string(), name: text })),
});
/** From before there were config options. */
const modelsSchema = z.object({
  currentModelId: z.string(),
  availableModels: z.array(
    z.object({ modelId: z.string(), name: text, description: optionalText.nullable() }),
  ),
});

const commandSchema = z.object({
  name: z.string().min(1),
  description: text,
  input: z.object({ hint: text }).nullish().catch(undefined),
});

/** What `session/new`, `session/resume` and `session/load` tell of the session. */
export const sessionStateSchema = z.object({
  modes: modesSchema.nullish().catch(undefined),
  models: modelsSchema.nullish().catch(undefined),
  configOptions: configOptionsSchema.nullish().catch(undefined),
});
export type AcpSessionState = z.infer<typeof sessionStateSchema>;

export const newSessionSchema = sessionStateSchema.extend({ sessionId: z.string().min(1) });

export const configOptionsAnswerSchema = z.object({
  configOptions: configOptionsSchema.nullish().catch(undefined),
});

export const initializeSchema = z.object({
  protocolVersion: z.number(),
  agentCapabilities: z
    .object({
      loadSession: z.boolean().optional(),
      mcpCapabilities: z
        .object({ http: z.boolean().optional(), sse: z.boolean().optional() })
        .optional()
        .catch(undefined),
      promptCapabilities: z.object({ image: z.boolean().optional() }).optional(),
      sessionCapabilities: z.object({ resume: anything.nullish() }).optional(),
    })
    .default({}),
});

const tokens = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const quota = z.object({
  quota: z.object({ token_count: z.object({ input_tokens: z.number(), output_tokens: z.number() }) }),
});

export const promptAnswerSchema = z.object({
  stopReason: z.string(),
  usage: tokens.nullish().catch(undefined),
  _meta: quota.nullish().catch(undefined),
});
export type AcpPromptAnswer = z.infer<typeof promptAnswerSchema>;

const chunk = {
  content: contentBlockSchema,
  messageId: z.string().min(1).max(100).nullish().catch(undefined),
};

export const updateSchema = z.discriminatedUnion('sessionUpdate', [
  z.object({ sessionUpdate: z.literal('user_message_chunk') }),
  z.object({ sessionUpdate: z.literal('agent_message_chunk'), ...chunk }),
  z.object({ sessionUpdate: z.literal('agent_thought_chunk'), ...chunk }),
  toolCallSchema.extend({ sessionUpdate: z.literal('tool_call') }),
  toolCallSchema.extend({ sessionUpdate: z.literal('tool_call_update') }),
  z.object({
    sessionUpdate: z.literal('plan'),
    entries: z.array(z.object({ content: text, status: text })),
  }),
  z.object({
    sessionUpdate: z.literal('usage_update'),
    used: z.number(),
    size: z.number(),
    cost: z.object({ amount: z.number(), currency: z.string() }).nullish().catch(undefined),
  }),
  z.object({
    sessionUpdate: z.literal('available_commands_update'),
    availableCommands: z.array(commandSchema),
  }),
  z.object({ sessionUpdate: z.literal('current_mode_update'), currentModeId: z.string() }),
  z.object({ sessionUpdate: z.literal('config_option_update'), configOptions: configOptionsSchema }),
  z.object({ sessionUpdate: z.literal('notice'), message: text }),
  z.object({ sessionUpdate: z.literal('compaction_update'), status: optionalText }),
  z.object({ sessionUpdate: z.literal('session_info_update'), title: optionalText }),
]);
export type AcpUpdate = z.infer<typeof updateSchema>;

export const sessionUpdateSchema = z.object({
  method: z.literal('session/update'),
  params: z.object({ sessionId: z.string(), update: z.looseObject({ sessionUpdate: z.string() }) }),
});

export const permissionRequestSchema = z.object({
  sessionId: z.string(),
  toolCall: toolCallSchema,
  options: z
    .array(
      z.object({
        optionId: z.string().min(1).max(128),
        name: text,
        kind: z.enum(['allow_once', 'allow_always', 'reject_once', 'reject_always']).catch('reject_once'),
      }),
    )
    .min(1),
});
export type AcpPermissionRequest = z.infer<typeof permissionRequestSchema>;

const titled = z.array(z.object({ const: z.string(), title: text, description: optionalText.nullable() }));
const choices = { enum: z.array(z.string()).nullish(), oneOf: titled.nullish(), anyOf: titled.nullish() };
export const elicitationPropertySchema = z.object({
  type: z.string(),
  title: z.string().nullish(),
  description: z.string().nullish(),
  ...choices,
  items: z.object(choices).nullish().catch(undefined),
});
export type AcpElicitationProperty = z.infer<typeof elicitationPropertySchema>;

export const elicitationSchema = z.object({
  mode: z.string().default('form'),
  message: text,
  requestedSchema: z
    .object({ properties: z.record(z.string(), elicitationPropertySchema).default({}) })
    .optional(),
});
export type AcpElicitation = z.infer<typeof elicitationSchema>;
