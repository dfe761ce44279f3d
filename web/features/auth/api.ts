import type {
  LoginRequest,
  MeResponse,
  SetupRequest,
  SetupStateResponse,
} from '@codex-webapp/contracts/auth';
import { request } from '../../lib/api-client.ts';

export const authApi = {
  me: (signal?: AbortSignal) => request<MeResponse>('GET', '/api/auth/me', { signal }),
  setupState: (signal?: AbortSignal) => request<SetupStateResponse>('GET', '/api/auth/setup', { signal }),
  setUp: (body: SetupRequest) =>
    request<MeResponse>('POST', '/api/auth/setup', { body, isLoginAttempt: true }),
  logIn: (body: LoginRequest) =>
    request<MeResponse>('POST', '/api/auth/login', { body, isLoginAttempt: true }),
  logOut: () => request('POST', '/api/auth/logout', { isLoginAttempt: true }),
};
