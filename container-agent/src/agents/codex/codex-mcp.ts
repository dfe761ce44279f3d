import type { McpServer } from '@codex-webapp/contracts';
import { toRecord } from '../programs/mcp-servers.ts';

export const codexMcpTransports = ['stdio', 'http'] as const;

/**
 * MCP servers as settings of a thread: they go through the pipe, so that no secret is on a command line or in
 * config.toml, whose own servers stay.
 */
export function toThreadConfig(servers: readonly McpServer[]): Readonly<Record<string, object>> {
  return Object.fromEntries(servers.map((server) => [`mcp_servers.${server.name}`, toCodexServer(server)]));
}

function toCodexServer(server: McpServer): object {
  if (server.transport !== 'stdio') return { url: server.url, http_headers: toRecord(server.headers) };
  const { command, args, environment } = server;
  return { command, args, env: toRecord(environment) };
}
