import type {
  ApiTokenListResponse,
  CreateApiTokenRequest,
  CreatedApiTokenResponse,
} from '@codex-webapp/contracts/auth';
import { apiPath, request } from '../../lib/api-client.ts';

export const tokensApi = {
  list: (signal?: AbortSignal) => request<ApiTokenListResponse>('GET', '/api/auth/tokens', { signal }),
  create: (body: CreateApiTokenRequest) =>
    request<CreatedApiTokenResponse>('POST', '/api/auth/tokens', { body }),
  revoke: (id: string) => request('DELETE', apiPath`/api/auth/tokens/${id}`),
};
