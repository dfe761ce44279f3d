import type {
  EnvironmentResponse,
  McpServersResponse,
  SaveEnvironmentRequest,
  SaveMcpServersRequest,
} from '@codex-webapp/contracts/agent-settings';
import { apiPath, request } from '../../lib/api-client.ts';

/** Of one session; null: of all the user's sessions. */
export type SettingsOwner = string | null;

function pathOf(owner: SettingsOwner, what: 'environment' | 'mcp-servers'): string {
  return owner === null ? apiPath`/api/settings/${what}` : apiPath`/api/sessions/${owner}/${what}`;
}

export const agentSettingsApi = {
  environment: (owner: SettingsOwner, signal?: AbortSignal) =>
    request<EnvironmentResponse>('GET', pathOf(owner, 'environment'), { signal }),
  saveEnvironment: (owner: SettingsOwner, body: SaveEnvironmentRequest) =>
    request<EnvironmentResponse>('PUT', pathOf(owner, 'environment'), { body }),
  mcpServers: (owner: SettingsOwner, signal?: AbortSignal) =>
    request<McpServersResponse>('GET', pathOf(owner, 'mcp-servers'), { signal }),
  saveMcpServers: (owner: SettingsOwner, body: SaveMcpServersRequest) =>
    request<McpServersResponse>('PUT', pathOf(owner, 'mcp-servers'), { body }),
};
