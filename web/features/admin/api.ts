import type {
  DokploySettingsResponse,
  DokployTestResponse,
  SaveDokploySettingsRequest,
} from '@codex-webapp/contracts/containers';
import type { CreateUserRequest, UserListResponse, UserResponse } from '@codex-webapp/contracts/users';
import { request } from '../../lib/api-client.ts';

export const usersApi = {
  list: (signal?: AbortSignal) => request<UserListResponse>('GET', '/api/users', { signal }),
  create: (body: CreateUserRequest) => request<UserResponse>('POST', '/api/users', { body }),
};

const dokployPath = '/api/settings/dokploy';

export const dokployApi = {
  read: (signal?: AbortSignal) => request<DokploySettingsResponse>('GET', dokployPath, { signal }),
  save: (body: SaveDokploySettingsRequest) => request<DokploySettingsResponse>('PUT', dokployPath, { body }),
  remove: () => request<DokploySettingsResponse>('DELETE', dokployPath),
  test: (body: SaveDokploySettingsRequest) =>
    request<DokployTestResponse>('POST', `${dokployPath}/test`, { body }),
};
