import type { McpServer, McpTransport } from '@codex-webapp/contracts';

const transportNames: Readonly<Record<McpTransport, string>> = {
  stdio: 'as programs',
  http: 'over HTTP',
  sse: 'over server-sent events',
};

/** What an agent can be given of them, and what the user has to know of the others. */
export function takeMcpServers(
  agentName: string,
  servers: readonly McpServer[],
  transports: readonly McpTransport[],
): { readonly taken: readonly McpServer[]; readonly notices: readonly string[] } {
  const others = servers.filter(({ transport }) => !transports.includes(transport));
  return {
    taken: servers.filter((server) => !others.includes(server)),
    notices: others.map(
      ({ name, transport }) =>
        `${agentName} does not take MCP servers ${transportNames[transport]}, and works without ${name}.`,
    ),
  };
}

export function toRecord(
  values: readonly { readonly name: string; readonly value: string }[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(values.map(({ name, value }) => [name, value]));
}
