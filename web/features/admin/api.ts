import type { CreateUserRequest, UserListResponse, UserResponse } from '@codex-webapp/contracts/users';
import { request } from '../../lib/api-client.ts';

export const usersApi = {
  list: (signal?: AbortSignal) => request<UserListResponse>('GET', '/api/users', { signal }),
  create: (body: CreateUserRequest) => request<UserResponse>('POST', '/api/users', { body }),
};
