import {
  agentsWithout,
  type EnvironmentResponse,
  type McpServer,
  type McpServerResponse,
  type McpServersResponse,
  type NamedValue,
  type NamedValueResponse,
} from '@codex-webapp/contracts';
import type { StoredServer, StoredValue } from './agent-settings-content.ts';
import type { StoredSettings } from './agent-settings-store.ts';

export function toEnvironmentResponse({
  content,
  updatedAt,
}: StoredSettings<'environment'>): EnvironmentResponse {
  return {
    variables: (content ?? []).map(toNamedValueResponse),
    isReadable: content !== null,
    updatedAt: toIso(updatedAt),
  };
}

export function toMcpServersResponse({
  content,
  updatedAt,
}: StoredSettings<'mcp-servers'>): McpServersResponse {
  return {
    servers: (content ?? []).map(toServerResponse),
    isReadable: content !== null,
    updatedAt: toIso(updatedAt),
  };
}

/** With everything in it: for the session's container alone. */
export function toGivenServer(server: StoredServer): McpServer {
  if (server.transport === 'stdio') {
    const { transport, name, command, args, environment } = server;
    return { transport, name, command, args, environment: environment.map(toGivenValue) };
  }
  const { transport, name, url, headers } = server;
  return { transport, name, url, headers: headers.map(toGivenValue) };
}

export function toGivenValue({ name, value }: StoredValue): NamedValue {
  return { name, value };
}

function toServerResponse(server: StoredServer): McpServerResponse {
  const { name, isEnabled, transport } = server;
  const isProgram = server.transport === 'stdio';
  return {
    name,
    isEnabled,
    transport,
    command: isProgram ? server.command : null,
    args: isProgram ? server.args : [],
    environment: isProgram ? server.environment.map(toNamedValueResponse) : [],
    url: isProgram ? null : server.url,
    headers: isProgram ? [] : server.headers.map(toNamedValueResponse),
    notTakenBy: agentsWithout(transport),
  };
}

function toNamedValueResponse({ name, value, isSecret }: StoredValue): NamedValueResponse {
  return { name, isSecret, value: isSecret ? null : value };
}

function toIso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
