import { useEffect, useRef, useState, type Dispatch } from 'react';
import { browserEnvironment } from '@codex-webapp/ui/realtime';
import { RealtimeClient, socketUrl, type RealtimeState } from '../../../lib/realtime-client.ts';
import { sessionsApi } from '../api.ts';
import { toSessionsAction } from '../model/to-sessions-action.ts';
import type { SessionsAction } from '../model/sessions-state.ts';

interface SessionEvents {
  readonly connection: RealtimeState;
  readonly reconnect: () => void;
}

/** The page's one socket. `dispatch` must stay the same from one drawing to the next. */
export function useSessionEvents(dispatch: Dispatch<SessionsAction>): SessionEvents {
  const client = useRef<RealtimeClient | null>(null);
  const [connection, setConnection] = useState<RealtimeState>({
    phase: 'connecting',
    retryAt: null,
    showsBanner: false,
  });

  useEffect(() => {
    const realtime = new RealtimeClient({
      environment: browserEnvironment,
      url: () => socketUrl('/ws/events'),
      onFrame: (frame) => {
        const action = toSessionsAction(frame);
        if (action !== null) dispatch(action);
      },
      onState: setConnection,
      // The api client hears a 401 and leaves for the login page; any other answer is the back-off's business.
      onRefused: () => void sessionsApi.checkLogin().catch(() => {}),
    });
    client.current = realtime;
    realtime.start();
    return () => realtime.stop();
  }, [dispatch]);

  return { connection, reconnect: () => client.current?.retryNow() };
}
