import type { AgentId } from '../agents/agent.ts';
import { mcpTransports, type McpTransport } from './agent-settings.requests.ts';

const takenByAgents: Readonly<Record<AgentId, readonly McpTransport[]>> = {
  shell: [],
  codex: ['stdio', 'http'],
  claude: mcpTransports,
  droid: mcpTransports,
  gemini: mcpTransports,
  opencode: mcpTransports,
  qwen: mcpTransports,
};

/** Built-in agents that cannot be given an MCP server of this kind; of others nobody knows before they run. */
export function agentsWithout(transport: McpTransport): readonly AgentId[] {
  return Object.entries(takenByAgents)
    .filter(([, transports]) => !transports.includes(transport))
    .map(([agent]) => agent);
}
