import type { PortListResponse, PreviewTicketResponse } from '@codex-webapp/contracts/ports';
import { callApi } from './api-client.ts';

export const portsApi = {
  list: () => callApi<PortListResponse>('GET', '/api/ports'),
  /** What opens the port on an origin of its own, once. */
  enter: (port: number) => callApi<PreviewTicketResponse>('POST', `/api/previews/${port}/ticket`),
};
