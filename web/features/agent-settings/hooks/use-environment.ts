import type { EnvironmentResponse, NamedValueRequest } from '@codex-webapp/contracts/agent-settings';
import { useCallback } from 'react';
import { useLoad } from '../../../lib/use-load.ts';
import { agentSettingsApi, type SettingsOwner } from '../api.ts';

interface Environment {
  /** Null while it loads. */
  readonly environment: EnvironmentResponse | null;
  /** Why it could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Rejects with the reason, for who asked. */
  readonly save: (variables: readonly NamedValueRequest[]) => Promise<void>;
}

export function useEnvironment(owner: SettingsOwner): Environment {
  const read = useCallback((signal: AbortSignal) => agentSettingsApi.environment(owner, signal), [owner]);
  const { value, error, isLoading, load, setValue } = useLoad(read);
  return {
    environment: value,
    error: isLoading ? null : error,
    retry: load,
    save: async (variables) => setValue(await agentSettingsApi.saveEnvironment(owner, { variables })),
  };
}
