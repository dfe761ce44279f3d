import type {
  CredentialKind,
  CredentialListResponse,
  CredentialTestResponse,
  SaveCredentialRequest,
} from '@codex-webapp/contracts/credentials';
import { useLoad } from '../../../lib/use-load.ts';
import { credentialsApi } from '../api.ts';

interface Credentials {
  /** Null while they load. */
  readonly list: CredentialListResponse | null;
  /** Why they could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Each rejects with the reason, for who asked. */
  readonly save: (agent: string, kind: CredentialKind, request: SaveCredentialRequest) => Promise<void>;
  readonly remove: (agent: string, kind: CredentialKind) => Promise<void>;
  /** What is stored changed by another way. */
  readonly refresh: () => Promise<void>;
  readonly test: (agent: string) => Promise<CredentialTestResponse>;
}

export function useCredentials(): Credentials {
  const { value, error, isLoading, load, setValue } = useLoad(credentialsApi.list);
  return {
    list: value,
    error: isLoading ? null : error,
    retry: load,
    save: async (agent, kind, request) => setValue(await credentialsApi.save(agent, kind, request)),
    remove: async (agent, kind) => setValue(await credentialsApi.remove(agent, kind)),
    refresh: async () => setValue(await credentialsApi.list()),
    test: credentialsApi.test,
  };
}
