import type {
  ApiTokenResponse,
  CreateApiTokenRequest,
  CreatedApiTokenResponse,
} from '@codex-webapp/contracts/auth';
import { useLoad } from '../../../lib/use-load.ts';
import { tokensApi } from '../api.ts';

interface ApiTokens {
  /** Null while they load. */
  readonly tokens: readonly ApiTokenResponse[] | null;
  /** Why they could not be loaded. */
  readonly error: string | null;
  readonly retry: () => void;
  /** Rejects with the reason, for the dialog that asked. */
  readonly create: (request: CreateApiTokenRequest) => Promise<CreatedApiTokenResponse>;
  readonly revoke: (id: string) => Promise<void>;
}

export function useApiTokens(): ApiTokens {
  const { value, error, isLoading, load, setValue } = useLoad(tokensApi.list);
  return {
    tokens: value?.tokens ?? null,
    error: isLoading ? null : error,
    retry: load,
    create: async (request) => {
      const { secret, ...token } = await tokensApi.create(request);
      setValue((current) => ({ tokens: [token, ...(current?.tokens ?? [])] }));
      return { ...token, secret };
    },
    revoke: async (id) => {
      await tokensApi.revoke(id);
      setValue((current) => ({ tokens: current?.tokens.filter((token) => token.id !== id) ?? [] }));
    },
  };
}
