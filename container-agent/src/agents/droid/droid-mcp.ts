import type { McpServer } from '@codex-webapp/contracts';
import { toRecord } from '../programs/mcp-servers.ts';

/** MCP servers of one session of droid, beside those of HOME and of the workspace. */
export function toDroidServers(servers: readonly McpServer[]): readonly object[] {
  return servers.map((server) => {
    if (server.transport !== 'stdio')
      return { type: server.transport, name: server.name, url: server.url, headers: server.headers };
    const { name, command, args, environment } = server;
    return { name, command, args, env: toRecord(environment) };
  });
}
