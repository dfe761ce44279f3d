import type { McpServer, McpTransport } from '@codex-webapp/contracts';

/** Every agent takes programs; of the others it says so itself. */
export function toMcpTransports(
  capabilities: { readonly http?: boolean; readonly sse?: boolean } = {},
): readonly McpTransport[] {
  return [
    'stdio',
    ...(capabilities.http ? ['http' as const] : []),
    ...(capabilities.sse ? ['sse' as const] : []),
  ];
}

export function toAcpServers(servers: readonly McpServer[]): readonly object[] {
  return servers.map((server) => {
    if (server.transport !== 'stdio')
      return { type: server.transport, name: server.name, url: server.url, headers: server.headers };
    const { name, command, args, environment } = server;
    return { name, command, args, env: environment };
  });
}
