import {
  agentControlsSchema,
  agentRequestSchema,
  containerProviderNames,
  containerSizeNames,
  containerCredentialsSchema,
  containerSchema,
  containerSettingsSchema,
  containerStatNames,
  credentialKinds,
  deviceLoginStates,
  dokployCheckNames,
  errorPayloadSchema,
  leasedLoginSchema,
  mcpTransports,
  messageSchema,
  preparationSchema,
  promptSchema,
  recoveryActionNames,
  sessionSchema,
  turnEventSchema,
  apiTokenScopes,
  userRoles,
  type AgentRequestListResponse,
  type ApiTokenListResponse,
  type BlobResponse,
  type ContainerLogsResponse,
  type ContainerStatsResponse,
  type ContainerStatusResponse,
  type CreatedApiTokenResponse,
  type CredentialListResponse,
  type CredentialTestResponse,
  type DeviceLoginResponse,
  type DokploySettingsResponse,
  type DokployTestResponse,
  type EnvironmentResponse,
  type McpServersResponse,
  type MeResponse,
  type MessageListResponse,
  type PromptListResponse,
  type PromptOutcomeResponse,
  type SealingKeyRotationResponse,
  type SessionControlsResponse,
  type SessionListResponse,
  type SessionOptionsResponse,
  type SetupStateResponse,
  type PreviewTicketResponse,
  type TicketResponse,
  type TurnEventListResponse,
  type UserListResponse,
  type WorkspaceDownloadResponse,
} from '@codex-webapp/contracts';
import { z } from 'zod';

/**
 * What routes answer, as schemas, for the OpenAPI document alone: answers are made by typed mappers and not parsed.
 * `satisfies` makes a drift from the contract a compile error.
 */

const user = z.object({
  id: z.string(),
  username: z.string(),
  role: z.enum(userRoles),
  createdAt: z.iso.datetime(),
});

const namedValue = z.object({
  name: z.string(),
  isSecret: z.boolean(),
  value: z.string().nullable().meta({ description: 'Null for a secret.' }),
});

const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(apiTokenScopes),
  hint: z.string().meta({ description: 'The first characters, to tell tokens apart.' }),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});

const container = containerSchema.extend({
  environment: z.record(z.string(), z.string()).optional().meta({
    description: 'Of the manual provider: what to run container-agent with. Holds the session token.',
  }),
});

const statsPoint = z.object({
  at: z.iso.datetime(),
  cpuCores: z.number().nullable().meta({ description: '1 is one core that is busy all the time.' }),
  memoryBytes: z.number().nullable().meta({ description: 'Without cached files.' }),
  diskBytes: z.number().nullable().meta({ description: 'May be some minutes older than the rest.' }),
});

const promptOutcome = promptSchema.extend({
  message: messageSchema.nullable(),
  requests: z.array(agentRequestSchema),
}) satisfies z.ZodType<PromptOutcomeResponse>;

const credentialTest = z.object({
  kind: z.enum(credentialKinds),
  result: z.enum(['works', 'refused', 'unreachable', 'not-allowed', 'expired', 'invalid', 'unknown']),
  message: z.string(),
}) satisfies z.ZodType<CredentialTestResponse>;

export const answers = {
  User: user,
  UserList: z.object({ users: z.array(user) }) satisfies z.ZodType<UserListResponse>,
  Me: z.object({ user, via: z.enum(['login', 'token']) }) satisfies z.ZodType<MeResponse>,
  SetupState: z.object({ setupNeeded: z.boolean() }) satisfies z.ZodType<SetupStateResponse>,
  ApiToken: apiToken,
  ApiTokenList: z.object({ tokens: z.array(apiToken) }) satisfies z.ZodType<ApiTokenListResponse>,
  CreatedApiToken: apiToken.extend({
    secret: z.string().meta({ description: 'Shown this once.' }),
  }) satisfies z.ZodType<CreatedApiTokenResponse>,
  Session: sessionSchema,
  SessionList: z.object({
    sessions: z.array(sessionSchema),
    nextCursor: z.string().nullable(),
  }) satisfies z.ZodType<SessionListResponse>,
  SessionOptions: z.object({
    agents: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })),
    providers: z.array(
      z.object({
        name: z.enum(containerProviderNames),
        title: z.string(),
        isDefault: z.boolean(),
        isAvailable: z.boolean(),
        note: z.string().nullable(),
        isIsolated: z.boolean(),
        sizes: z.array(
          z.object({
            name: z.enum(containerSizeNames),
            memoryMb: z.number(),
            cpus: z.number(),
            processes: z.number().nullable(),
          }),
        ),
        canSwitchInternetOff: z.boolean(),
      }),
    ),
  }) satisfies z.ZodType<SessionOptionsResponse>,
  Ticket: z.object({
    ticket: z.string(),
    expiresAt: z.iso.datetime(),
    url: z.string().nullable(),
  }) satisfies z.ZodType<TicketResponse>,
  PreviewTicket: z.object({ origin: z.string(), url: z.string() }) satisfies z.ZodType<PreviewTicketResponse>,
  Container: container,
  ContainerStatus: container.extend({
    recovery: z.array(
      z.object({
        action: z.enum(recoveryActionNames),
        keeps: z.array(z.string()),
        destroys: z.array(z.string()),
        note: z.string().nullable(),
      }),
    ),
  }) satisfies z.ZodType<ContainerStatusResponse>,
  WorkspaceDownload: z.object({
    download: z.string(),
    state: z.enum(['preparing', 'sending', 'done', 'failed']),
    fileName: z.string(),
    bytes: z.number(),
    reason: z.string().nullable(),
  }) satisfies z.ZodType<WorkspaceDownloadResponse>,
  ContainerLogs: z.object({ lines: z.array(z.string()) }) satisfies z.ZodType<ContainerLogsResponse>,
  ContainerStats: z.object({
    sessionId: z.string(),
    asOf: z.iso.datetime(),
    isRunning: z.boolean(),
    unsupported: z.array(z.enum(containerStatNames)).meta({ description: 'What its backend cannot tell.' }),
    problem: z.string().nullable(),
    limits: statsPoint.omit({ at: true }),
    current: statsPoint.nullable(),
    live: z.array(statsPoint),
    lastHour: z.array(statsPoint),
  }) satisfies z.ZodType<ContainerStatsResponse>,
  DokploySettings: z.object({
    source: z.enum(['environment', 'settings', 'none']),
    baseUrl: z.string().nullable(),
    hasApiKey: z.boolean(),
    project: z.string(),
    environment: z.string().nullable(),
    serverId: z.string().nullable(),
    placement: z.array(z.string()),
    image: z.string().nullable(),
    registryUsername: z.string().nullable(),
    hasRegistryPassword: z.boolean(),
    mainUrl: z.string().nullable(),
    inherited: z.object({ image: z.string().nullable(), mainUrl: z.string().nullable() }),
  }) satisfies z.ZodType<DokploySettingsResponse>,
  DokployTest: z.object({
    isUsable: z.boolean(),
    checks: z.array(
      z.object({
        name: z.enum(dokployCheckNames),
        state: z.enum(['ok', 'failed', 'skipped']),
        message: z.string(),
      }),
    ),
  }) satisfies z.ZodType<DokployTestResponse>,
  Preparation: preparationSchema,
  SessionControls: z.object({
    controls: z.array(agentControlsSchema),
  }) satisfies z.ZodType<SessionControlsResponse>,
  CredentialList: z.object({
    credentials: z.array(
      z.object({
        agent: z.string(),
        kind: z.enum(credentialKinds),
        hint: z.string().nullable().meta({ description: 'The last four characters.' }),
        baseUrl: z.string().nullable(),
        model: z.string().nullable(),
        files: z.array(z.string()).meta({ description: 'Where they are put, below HOME.' }),
        state: z.enum(['ready', 'unreadable', 'refused']),
        isUsed: z
          .boolean()
          .meta({ description: 'False where another one of the same agent counts before it.' }),
        isRenewedHere: z.boolean(),
        createdAt: z.iso.datetime(),
        updatedAt: z.iso.datetime(),
        lastUsedAt: z.iso.datetime().nullable(),
      }),
    ),
    fromServer: z.array(z.string()).meta({ description: 'Agents that the server itself logs in.' }),
  }) satisfies z.ZodType<CredentialListResponse>,
  CredentialTest: credentialTest,
  DeviceLogin: z.object({
    id: z.uuid(),
    agent: z.string(),
    state: z.enum(deviceLoginStates),
    message: z.string().nullable().meta({ description: 'How it ended.' }),
    link: z.string().nullable().meta({ description: 'Where its user says yes, in any browser.' }),
    code: z.string().nullable().meta({ description: 'To be entered there.' }),
    screen: z.array(z.string()).meta({ description: 'The terminal of the program, secrets unreadable.' }),
    takesInput: z.boolean().meta({ description: 'What the browser shows has to be sent as `input`.' }),
    version: z.int(),
    kind: z.enum(credentialKinds).nullable().meta({ description: 'Of the credential it made.' }),
    test: credentialTest.nullable(),
    startedAt: z.iso.datetime(),
    endsAt: z.iso.datetime().meta({ description: 'When it is given up.' }),
  }) satisfies z.ZodType<DeviceLoginResponse>,
  ContainerCredentials: containerCredentialsSchema,
  LeasedLogin: leasedLoginSchema,
  Environment: z.object({
    variables: z.array(namedValue),
    isReadable: z
      .boolean()
      .meta({ description: 'False where it is sealed with a key that the server does not have any more.' }),
    updatedAt: z.iso.datetime().nullable(),
  }) satisfies z.ZodType<EnvironmentResponse>,
  McpServers: z.object({
    servers: z.array(
      z.object({
        name: z.string(),
        isEnabled: z.boolean(),
        transport: z.enum(mcpTransports),
        command: z.string().nullable(),
        args: z.array(z.string()),
        environment: z.array(namedValue),
        url: z.string().nullable(),
        headers: z.array(namedValue),
        notTakenBy: z.array(z.string()).meta({ description: 'Agents that cannot be given it.' }),
      }),
    ),
    isReadable: z.boolean(),
    updatedAt: z.iso.datetime().nullable(),
  }) satisfies z.ZodType<McpServersResponse>,
  ContainerSettings: containerSettingsSchema,
  SealingKeyRotation: z.object({
    isNewKey: z.boolean(),
    resealed: z.int(),
    unreadable: z.int(),
  }) satisfies z.ZodType<SealingKeyRotationResponse>,
  Message: messageSchema,
  MessageList: z.object({
    messages: z.array(messageSchema),
    nextBefore: z.int().nullable(),
  }) satisfies z.ZodType<MessageListResponse>,
  TurnEventList: z.object({
    events: z.array(
      z.object({
        position: z.int(),
        at: z.iso.datetime(),
        epoch: z.string(),
        seq: z.int(),
        event: turnEventSchema,
      }),
    ),
    nextAfter: z.int().nullable().meta({ description: 'Pass as `after` for the page that follows.' }),
    keptUntil: z.iso.datetime().nullable().meta({ description: 'Null while the turn runs.' }),
    wereDeleted: z.boolean().meta({ description: 'All of them, or all but the last.' }),
  }) satisfies z.ZodType<TurnEventListResponse>,
  Prompt: promptSchema,
  PromptOutcome: promptOutcome,
  PromptOrOutcome: z.union([promptOutcome, promptSchema]),
  PromptList: z.object({
    prompts: z.array(promptSchema),
    isPaused: z.boolean(),
  }) satisfies z.ZodType<PromptListResponse>,
  AgentRequest: agentRequestSchema,
  AgentRequestList: z.object({
    requests: z.array(agentRequestSchema),
  }) satisfies z.ZodType<AgentRequestListResponse>,
  Blob: z.object({ sha256: z.string(), bytes: z.int() }) satisfies z.ZodType<BlobResponse>,
  Health: z.object({ status: z.literal('ok') }),
  MessageOrPrompt: z.union([messageSchema, promptSchema]),
  Error: z.object({ error: errorPayloadSchema, requestId: z.string() }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

export type AnswerName = keyof typeof answers;
