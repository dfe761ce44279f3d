import { type AgentSummary, builtInAgents } from '@codex-webapp/contracts';

/** Without `permissionModes` it has no plan mode, or has not said so yet. */
type Summary = Pick<AgentSummary, 'id' | 'name' | 'description' | 'permissionModes'>;

/** How one agent is started; the rest of it the protocol tells. */
export interface AcpAgentEntry extends Summary {
  /** A name on PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** Over what all agents get. */
  readonly env: Readonly<Record<string, string>>;
  /** The login method that is chosen once the agent has started, as the agent calls it; null: none has to be. */
  readonly authMethod: string | null;
  /** What the user can do when the agent is not logged in. */
  readonly loginAdvice: string;
}

/** The agents that come with us. Their programs and versions are in agents.json. */
export const shippedAcpAgents: readonly AcpAgentEntry[] = [
  {
    ...summaryOf('gemini'),
    command: 'gemini',
    args: ['--acp'],
    env: {
      // Without it the mode that asks for nothing is refused: the container is what the folder is trusted for.
      GEMINI_CLI_TRUST_WORKSPACE: 'true',
      // It would start itself once more, for a larger heap.
      GEMINI_CLI_NO_RELAUNCH: 'true',
    },
    authMethod: null,
    loginAdvice: 'Add an API key, or the file of a login, under Settings → Agents.',
  },
  {
    ...summaryOf('opencode'),
    command: 'opencode',
    args: ['acp'],
    env: {
      OPENCODE_DISABLE_AUTOUPDATE: '1',
      // It asks for nothing unless told to. Whether the user is asked is decided here.
      OPENCODE_PERMISSION: JSON.stringify({ edit: 'ask', bash: 'ask', webfetch: 'ask' }),
    },
    authMethod: null,
    loginAdvice: 'Add an API key, or the file of a login, under Settings → Agents.',
  },
  {
    ...summaryOf('qwen'),
    command: 'qwen',
    args: ['--acp'],
    env: { QWEN_CODE_NO_RELAUNCH: 'true' },
    authMethod: null,
    loginAdvice: 'Add an API key, with the address and the model of a gateway, under Settings → Agents.',
  },
  {
    ...summaryOf('copilot'),
    command: 'copilot',
    args: ['--acp'],
    env: {},
    authMethod: null,
    loginAdvice: 'Add a token of GitHub under Settings → Agents.',
  },
];

function summaryOf(id: string): Summary {
  return builtInAgents.find((agent) => agent.id === id) ?? { id, name: id, description: '' };
}
