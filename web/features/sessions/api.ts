import type {
  ContainerLogsResponse,
  ContainerResponse,
  ContainerStatsResponse,
  UpgradeContainerRequest,
} from '@codex-webapp/contracts/containers';
import type {
  CreateSessionRequest,
  CreateTicketRequest,
  SessionListResponse,
  SessionOptionsResponse,
  SessionResponse,
  TicketResponse,
  UpdateSessionRequest,
} from '@codex-webapp/contracts/sessions';
import type { WorkspaceDownloadResponse } from '@codex-webapp/contracts/workspace';
import { apiPath, request } from '../../lib/api-client.ts';
import { EarlyTicket } from './model/early-ticket.ts';
import { statusOf, type ListQuery } from './model/list-query.ts';

const pageSize = 50;

export type ContainerCommand = 'create' | 'start' | 'stop' | 'restart' | 'recreate';

export const sessionsApi = {
  /** Says through a 401 that the login has ended, which a refused socket does not. */
  checkLogin: () => request('GET', '/api/auth/me'),
  list: (query: ListQuery, cursor: string | null, signal?: AbortSignal) =>
    request<SessionListResponse>('GET', '/api/sessions', {
      query: { q: query.q === '' ? null : query.q, status: statusOf(query), cursor, limit: pageSize },
      signal,
    }),
  get: (id: string, signal?: AbortSignal) =>
    request<SessionResponse>('GET', apiPath`/api/sessions/${id}`, { signal }),
  options: (signal?: AbortSignal) =>
    request<SessionOptionsResponse>('GET', '/api/sessions/options', { signal }),
  create: (body: CreateSessionRequest) => request<SessionResponse>('POST', '/api/sessions', { body }),
  update: (id: string, body: UpdateSessionRequest) =>
    request<SessionResponse>('PATCH', apiPath`/api/sessions/${id}`, { body }),
  remove: (id: string) => request('DELETE', apiPath`/api/sessions/${id}`),
  ticket: (id: string, body: CreateTicketRequest, signal?: AbortSignal) =>
    request<TicketResponse>('POST', apiPath`/api/sessions/${id}/ws-ticket`, { body, signal }),
  container: (id: string, signal?: AbortSignal) =>
    request<ContainerResponse>('GET', apiPath`/api/sessions/${id}/container/status`, { signal }),
  stats: (id: string, signal?: AbortSignal) =>
    request<ContainerStatsResponse>('GET', apiPath`/api/sessions/${id}/container/stats`, { signal }),
  command: (id: string, command: ContainerCommand) =>
    request<ContainerResponse>('POST', apiPath`/api/sessions/${id}/container/${command}`),
  upgrade: (id: string, body: UpgradeContainerRequest) =>
    request<ContainerResponse>('POST', apiPath`/api/sessions/${id}/container/upgrade`, { body }),
  logs: (id: string, tail: number, signal?: AbortSignal) =>
    request<ContainerLogsResponse>('GET', apiPath`/api/sessions/${id}/container/logs`, {
      query: { tail },
      signal,
    }),
  archivePath: (id: string, download: string) =>
    apiPath`/api/sessions/${id}/workspace/archive?download=${download}`,
  download: (id: string, download: string, signal?: AbortSignal) =>
    request<WorkspaceDownloadResponse>('GET', apiPath`/api/sessions/${id}/workspace/archive/${download}`, {
      signal,
    }),
};

/** To the page of a session that was just made. */
export const earlyTicket = new EarlyTicket((id, signal) =>
  sessionsApi.ticket(id, { purpose: 'enter' }, signal),
);
