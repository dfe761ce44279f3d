import type { PermissionMode } from '@codex-webapp/contracts';
import type { ClaudeConfig } from './claude.config.ts';

export interface Conversation {
  readonly id: string;
  /** Whether it exists already. */
  readonly isResumed: boolean;
}

/** The modes of Claude Code that we use; it has more. */
export type ClaudePermissionMode = 'bypassPermissions' | 'default' | 'plan';

const modes: Readonly<Record<PermissionMode, ClaudePermissionMode>> = {
  'full-auto': 'bypassPermissions',
  'ask-first': 'default',
  plan: 'plan',
};

export function toClaudeMode(mode: PermissionMode): ClaudePermissionMode {
  return modes[mode];
}

const modeNames: Readonly<Record<string, string>> = {
  acceptEdits: 'accept edits',
  bypassPermissions: 'bypass permissions',
  dontAsk: 'do not ask',
};

/** As people read it. */
export function nameOfMode(mode: string): string {
  return modeNames[mode] ?? mode;
}

const alwaysGiven = [
  '--print',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--include-partial-messages',
  '--verbose',
  '--permission-prompt-tool=stdio',
  '--allow-dangerously-skip-permissions',
];

/**
 * The arguments of a `claude` that stays up and speaks JSON over its pipes. `--permission-prompt-tool stdio` sends
 * questions, plans and permissions to us, also where nothing needs permission; `--allow-…` lets turns choose that.
 */
export function toClaudeArguments(
  config: ClaudeConfig,
  conversation: Conversation,
  mode: PermissionMode,
): string[] {
  return [
    ...alwaysGiven,
    '--permission-mode',
    toClaudeMode(mode),
    ...(config.model ? ['--model', config.model] : []),
    ...(conversation.isResumed ? ['--resume', conversation.id] : ['--session-id', conversation.id]),
  ];
}

/** Read by the program once, from a pipe, so that no command it runs finds them in its environment. */
const descriptorVariables = {
  apiKey: 'CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR',
  oauthToken: 'CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR',
} as const;

const secretVariables = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'];

export interface ClaudeEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  /** For descriptors 3, 4, … */
  readonly secrets: readonly string[];
}

/**
 * What Claude Code is started with. Whatever contacts other hosts than the model's is off. A gateway's bearer token is
 * the one secret that it takes from nowhere but its environment.
 */
export function toClaudeEnvironment(
  config: ClaudeConfig,
  environment: Readonly<Record<string, string>>,
): ClaudeEnvironment {
  const hidden = new Set(secretVariables.flatMap((name) => [name, `${name}_FILE`]));
  const kept = Object.entries(environment).filter(([name]) => !hidden.has(name));
  const handed = (['apiKey', 'oauthToken'] as const).flatMap((name) => {
    const secret = config[name];
    return secret ? [{ variable: descriptorVariables[name], secret }] : [];
  });
  return {
    environment: {
      // Its list of tasks, which newer models are not offered by themselves.
      CLAUDE_CODE_ENABLE_TODO_TOOLS: '1',
      ...Object.fromEntries(kept),
      // It refuses to work without asking as root, unless told that it is contained.
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
      CLAUDE_CODE_MAX_RETRIES: String(config.maxRetries),
      ...(config.baseUrl ? { ANTHROPIC_BASE_URL: config.baseUrl } : {}),
      ...(config.authToken ? { ANTHROPIC_AUTH_TOKEN: config.authToken } : {}),
      ...Object.fromEntries(handed.map(({ variable }, index) => [variable, String(firstDescriptor + index)])),
    },
    secrets: handed.map(({ secret }) => secret),
  };
}

/** After stdin, stdout and stderr. */
const firstDescriptor = 3;
