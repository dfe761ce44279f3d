import type { McpServer } from '@codex-webapp/contracts';
import { toRecord } from '../programs/mcp-servers.ts';

/** MCP servers as the control protocol takes them, beside those of HOME and of the workspace. */
export function toClaudeServers(servers: readonly McpServer[]): Readonly<Record<string, object>> {
  return Object.fromEntries(servers.map((server) => [server.name, toClaudeServer(server)]));
}

function toClaudeServer(server: McpServer): object {
  if (server.transport !== 'stdio')
    return { type: server.transport, url: server.url, headers: toRecord(server.headers) };
  const { command, args, environment } = server;
  return { type: 'stdio', command, args, env: toRecord(environment) };
}
