import type { McpTransport } from '@codex-webapp/contracts/agent-settings';
import { builtInAgents, type AgentId } from '@codex-webapp/contracts/agents';

export const transportNames: Readonly<Record<McpTransport, string>> = {
  stdio: 'Program',
  http: 'HTTP',
  sse: 'SSE',
};

/** Which agents go without, as a sentence. */
export function describeAgentsWithout(agents: readonly AgentId[]): string {
  const names = agents.map((agent) => builtInAgents.find(({ id }) => id === agent)?.name ?? agent);
  if (names.length === 0) return 'For every agent.';
  return `For every agent except ${new Intl.ListFormat('en').format(names)}.`;
}
