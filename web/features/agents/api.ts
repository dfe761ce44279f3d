import type {
  CredentialKind,
  CredentialListResponse,
  CredentialTestResponse,
  DeviceLoginResponse,
  SaveCredentialRequest,
} from '@codex-webapp/contracts/credentials';
import { apiPath, request } from '../../lib/api-client.ts';

export const credentialsApi = {
  list: (signal?: AbortSignal) => request<CredentialListResponse>('GET', '/api/credentials', { signal }),
  save: (agent: string, kind: CredentialKind, body: SaveCredentialRequest) =>
    request<CredentialListResponse>('PUT', apiPath`/api/credentials/${agent}/${kind}`, { body }),
  remove: (agent: string, kind: CredentialKind) =>
    request<CredentialListResponse>('DELETE', apiPath`/api/credentials/${agent}/${kind}`),
  test: (agent: string) =>
    request<CredentialTestResponse>('POST', apiPath`/api/credentials/${agent}/test`, { body: {} }),
  startLogin: (agent: string, signal: AbortSignal) =>
    request<DeviceLoginResponse>('POST', apiPath`/api/credentials/${agent}/login`, { body: {}, signal }),
  readLogin: (agent: string, query: { after: number; wait: number }, signal: AbortSignal) =>
    request<DeviceLoginResponse>('GET', apiPath`/api/credentials/${agent}/login`, { query, signal }),
  typeIntoLogin: (agent: string, text: string) =>
    request<DeviceLoginResponse>('POST', apiPath`/api/credentials/${agent}/login/input`, { body: { text } }),
  cancelLogin: (agent: string) =>
    request<DeviceLoginResponse>('DELETE', apiPath`/api/credentials/${agent}/login`),
};
