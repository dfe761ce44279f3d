import type { AgentSummary } from '@codex-webapp/contracts/agents';

/** The agents a session can be switched to; the server refuses those it does not have. */
export const agents: readonly AgentSummary[] = [
  { id: 'codex', name: 'Codex', description: 'OpenAI’s coding agent.' },
  { id: 'shell', name: 'Shell', description: 'Each message is a bash command. Needs no key.' },
];
