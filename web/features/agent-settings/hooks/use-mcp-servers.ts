import type { McpServerRequest, McpServersResponse } from '@codex-webapp/contracts/agent-settings';
import { useCallback } from 'react';
import { useLoad } from '../../../lib/use-load.ts';
import { agentSettingsApi, type SettingsOwner } from '../api.ts';

interface McpServers {
  /** Null while they load. */
  readonly list: McpServersResponse | null;
  /** Why they could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Rejects with the reason, for who asked. */
  readonly save: (servers: readonly McpServerRequest[]) => Promise<void>;
}

export function useMcpServers(owner: SettingsOwner): McpServers {
  const read = useCallback((signal: AbortSignal) => agentSettingsApi.mcpServers(owner, signal), [owner]);
  const { value, error, isLoading, load, setValue } = useLoad(read);
  return {
    list: value,
    error: isLoading ? null : error,
    retry: load,
    save: async (servers) => setValue(await agentSettingsApi.saveMcpServers(owner, { servers })),
  };
}
