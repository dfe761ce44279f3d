import { browserEnvironment, SessionSocket, type OpenSource } from '@codex-webapp/ui/conversation';
import { requestTicket, type Bridge } from '../../lib/bridge.ts';
import { PollingSource } from '../../lib/polling-source.ts';

/** The session's socket, on this page's own origin. */
export function socketSource(bridge: Bridge, sessionId: string): OpenSource {
  return (listener) =>
    new SessionSocket({
      ...listener,
      environment: browserEnvironment,
      requestTicket: () => requestTicket(bridge, sessionId),
      urlFor: (ticket) => {
        const url = new URL(`/ws/sessions/${encodeURIComponent(sessionId)}`, location.href);
        url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
        url.search = new URLSearchParams({ token: ticket, role: 'client' }).toString();
        return url.href;
      },
    });
}

export const pollingSource: OpenSource = (listener) => new PollingSource(listener);
