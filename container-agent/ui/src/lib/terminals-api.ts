import type { TerminalListResponse, TerminalResponse } from '@codex-webapp/contracts/terminals';
import { callApi } from './api-client.ts';

export const terminalsApi = {
  list: () => callApi<TerminalListResponse>('GET', '/api/terminals'),
  create: (size: { readonly cols: number; readonly rows: number }) =>
    callApi<TerminalResponse>('POST', '/api/terminals', size),
  remove: (id: string) => callApi('DELETE', `/api/terminals/${encodeURIComponent(id)}`),
};

export function terminalSocketUrl(id: string): string {
  const { host, protocol } = window.location;
  const scheme = protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${host}/api/terminals/${encodeURIComponent(id)}/socket`;
}
