import type { AgentId } from '../agents/agent.ts';
import type { CredentialKind } from './credentials.requests.ts';

/** Whose API a key opens, where a key can be tried out by a request. */
export const modelApis = ['openai', 'anthropic', 'google', 'factory', 'github'] as const;
export type ModelApi = (typeof modelApis)[number];

/** How an agent is logged in. An agent that is not listed is given its key by the name of a variable. */
export interface AgentLogin {
  readonly agent: AgentId;
  readonly name: string;
  /** Null: it takes no key. */
  readonly apiKey: AgentKeyLogin | null;
  /** A long-lived token of a subscription. Null: there is none. */
  readonly accessToken: AgentTokenLogin | null;
  /** What an agent keeps its login in. Null: nothing that could be carried elsewhere. */
  readonly authFile: AgentFileLogin | null;
  /** A login that its program makes by itself while its user says yes in a browser. Absent: it has none. */
  readonly deviceLogin?: AgentDeviceLogin;
  /** Whatever else it would be logged in by. */
  readonly otherVariables?: readonly string[];
}

export interface AgentDeviceLogin {
  /** What comes of it. */
  readonly kind: CredentialKind;
  /** Where its program leaves them, below HOME; none where it says a token. */
  readonly files: readonly string[];
  /** Of its maker. What its program shows as a link is one for us when it leads there, by https. */
  readonly hosts: readonly string[];
  /** The browser shows something that has to be brought back to the program. */
  readonly takesInput: boolean;
}

export interface AgentKeyLogin {
  /** The variable the agent reads its key from. */
  readonly variable: string;
  readonly api: ModelApi | null;
  /** How a key for another address than the maker's is given. Null: it always asks its maker. */
  readonly gateway: AgentGateway | null;
  /** Where to get one. */
  readonly source: string;
}

export interface AgentGateway {
  readonly variable: string;
  readonly baseUrlVariable: string;
  /** Which model to ask for there. Null: the agent asks for its own. */
  readonly modelVariable: string | null;
  readonly api: ModelApi;
  readonly example: string;
}

export interface AgentTokenLogin {
  readonly variable: string;
  readonly api: ModelApi | null;
  readonly source: string;
}

export interface AgentFileLogin {
  /** Below HOME; of several, none is of use without the others. */
  readonly paths: readonly [string, ...(readonly string[])];
  readonly source: string;
}

/** Its login, and the key that it is encrypted with. */
const droidFiles = ['.factory/auth.v2.file', '.factory/auth.v2.key'] as const;

const openAiGateway = (modelVariable: string | null): AgentGateway => ({
  variable: 'OPENAI_API_KEY',
  baseUrlVariable: 'OPENAI_BASE_URL',
  modelVariable,
  api: 'openai',
  example: 'https://models.example.com/v1',
});

/** Data, so that a further agent needs no code. What a user has of an agent takes the place of what the server gives it. */
export const agentLogins: readonly AgentLogin[] = [
  {
    agent: 'codex',
    name: 'Codex',
    apiKey: {
      variable: 'OPENAI_API_KEY',
      api: 'openai',
      gateway: openAiGateway(null),
      source: 'platform.openai.com → API keys',
    },
    accessToken: null,
    authFile: { paths: ['.codex/auth.json'], source: 'codex login, on a machine with a browser' },
    deviceLogin: {
      kind: 'auth-file',
      files: ['.codex/auth.json'],
      hosts: ['auth.openai.com'],
      takesInput: false,
    },
  },
  {
    agent: 'claude',
    name: 'Claude Code',
    apiKey: {
      variable: 'ANTHROPIC_API_KEY',
      api: 'anthropic',
      gateway: {
        variable: 'ANTHROPIC_API_KEY',
        baseUrlVariable: 'ANTHROPIC_BASE_URL',
        modelVariable: null,
        api: 'anthropic',
        example: 'https://models.example.com',
      },
      source: 'console.anthropic.com → API keys',
    },
    accessToken: { variable: 'CLAUDE_CODE_OAUTH_TOKEN', api: 'anthropic', source: 'claude setup-token' },
    authFile: { paths: ['.claude/.credentials.json'], source: 'claude, then /login' },
    deviceLogin: {
      kind: 'access-token',
      files: [],
      hosts: ['claude.com', 'claude.ai', 'platform.claude.com'],
      takesInput: true,
    },
    otherVariables: ['ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_USE_BEDROCK', 'CLAUDE_CODE_USE_VERTEX'],
  },
  {
    agent: 'droid',
    name: 'Droid',
    apiKey: {
      variable: 'FACTORY_API_KEY',
      api: 'factory',
      gateway: {
        variable: 'DROID_API_KEY',
        baseUrlVariable: 'DROID_BASE_URL',
        modelVariable: 'DROID_MODEL',
        api: 'openai',
        example: 'https://models.example.com/v1',
      },
      source: 'app.factory.ai → Settings → API keys',
    },
    accessToken: null,
    authFile: { paths: droidFiles, source: 'FACTORY_DISABLE_KEYRING=1 droid, then /login' },
    deviceLogin: {
      kind: 'auth-file',
      files: droidFiles,
      hosts: ['auth.factory.ai', 'app.factory.ai'],
      takesInput: false,
    },
    otherVariables: ['DROID_PROVIDER'],
  },
  {
    agent: 'gemini',
    name: 'Gemini CLI',
    apiKey: {
      variable: 'GEMINI_API_KEY',
      api: 'google',
      gateway: {
        variable: 'GEMINI_API_KEY',
        baseUrlVariable: 'GOOGLE_GEMINI_BASE_URL',
        modelVariable: 'GEMINI_MODEL',
        api: 'google',
        example: 'https://models.example.com',
      },
      source: 'aistudio.google.com → API keys',
    },
    accessToken: null,
    authFile: { paths: ['.gemini/oauth_creds.json'], source: 'gemini, then Sign in with Google' },
    otherVariables: ['GOOGLE_API_KEY', 'GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA'],
  },
  {
    agent: 'opencode',
    name: 'OpenCode',
    apiKey: {
      variable: 'OPENAI_API_KEY',
      api: 'openai',
      gateway: openAiGateway('OPENAI_MODEL'),
      source: 'platform.openai.com → API keys',
    },
    accessToken: null,
    authFile: { paths: ['.local/share/opencode/auth.json'], source: 'opencode auth login' },
  },
  {
    agent: 'qwen',
    name: 'Qwen Code',
    apiKey: {
      variable: 'OPENAI_API_KEY',
      api: 'openai',
      gateway: openAiGateway('OPENAI_MODEL'),
      source: 'the provider of your models',
    },
    accessToken: null,
    authFile: { paths: ['.qwen/oauth_creds.json'], source: 'qwen, then Sign in' },
  },
  {
    agent: 'copilot',
    name: 'GitHub Copilot',
    apiKey: null,
    accessToken: {
      variable: 'GH_TOKEN',
      api: 'github',
      source: 'github.com → Settings → Fine-grained tokens, with “Copilot Requests”',
    },
    authFile: null,
    otherVariables: ['COPILOT_GITHUB_TOKEN', 'GITHUB_TOKEN'],
  },
];

/** Undefined for an agent that came by configuration. */
export function findAgentLogin(agent: AgentId): AgentLogin | undefined {
  return agentLogins.find((login) => login.agent === agent);
}

/** Everything an agent could be logged in by, so that one login does not come with a part of another. */
export function loginVariablesOf({
  apiKey,
  accessToken,
  otherVariables = [],
}: AgentLogin): readonly string[] {
  const { gateway } = apiKey ?? { gateway: null };
  const names = [
    apiKey?.variable,
    gateway?.variable,
    gateway?.baseUrlVariable,
    gateway?.modelVariable,
    accessToken?.variable,
    ...otherVariables,
  ];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}
