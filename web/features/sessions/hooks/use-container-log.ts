import {
  containerLogEventSchema,
  containerLogLimits,
  type ContainerLogEvent,
  type ContainerLogStart,
} from '@codex-webapp/contracts/containers';
import { browserEnvironment } from '@codex-webapp/ui/realtime';
import { useCallback, useEffect, useRef, useState } from 'react';
import { apiPath } from '../../../lib/api-client.ts';
import { EventStreamClient, type StreamEnd, type StreamState } from '../../../lib/event-stream-client.ts';
import { addLogEvents, emptyLog, type LogState } from '../model/log-state.ts';

interface ContainerLog {
  readonly log: LogState;
  readonly connection: StreamState;
  readonly retryNow: () => void;
}

/** A flood is drawn a few times in a second, not with every piece that comes. */
const drawMs = 100;
const streamEnvironment = {
  ...browserEnvironment,
  fetch: (path: string, init: RequestInit) => fetch(path, init),
};

/** What the container of a session prints, for as long as it is shown. The caller keys by both arguments. */
export function useContainerLog(sessionId: string, since: ContainerLogStart): ContainerLog {
  const [log, setLog] = useState(emptyLog);
  const [connection, setConnection] = useState<StreamState>({
    phase: 'connecting',
    retryAt: null,
    message: null,
  });
  const client = useRef<EventStreamClient | null>(null);

  useEffect(() => {
    let waiting: ContainerLogEvent[] = [];
    const timer = setInterval(() => {
      if (waiting.length === 0) return;
      const events = waiting;
      waiting = [];
      setLog((state) => addLogEvents(state, events));
    }, drawMs);
    const path = apiPath`/api/sessions/${sessionId}/container/logs/stream`;
    const stream = new EventStreamClient({
      environment: streamEnvironment,
      path: `${path}?since=${since}&tail=${containerLogLimits.tailMax}`,
      onEvents: (events) => waiting.push(...events.flatMap(({ data }) => parseEvent(data) ?? [])),
      onState: setConnection,
      endOf: ({ data }) => endOf(parseEvent(data)),
    });
    client.current = stream;
    stream.start();
    return () => {
      clearInterval(timer);
      stream.stop();
    };
  }, [sessionId, since]);

  const retryNow = useCallback(() => client.current?.retryNow(), []);
  return { log, connection, retryNow };
}

/** Null for anything we do not know: a newer server may say more. */
function parseEvent(data: string): ContainerLogEvent | null {
  try {
    return containerLogEventSchema.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    // Not JSON, so not an event.
    return null;
  }
}

function endOf(event: ContainerLogEvent | null): StreamEnd | null {
  if (event?.type !== 'end') return null;
  const { code, message } = event.error;
  const isLoginLost = code === 'login.expired';
  return { message, isFinal: isLoginLost || code === 'session.not_found', isLoginLost };
}
