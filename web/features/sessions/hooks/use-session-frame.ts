import type { PageMessage, SessionMessage } from '@codex-webapp/contracts/bridge';
import type { SessionResponse } from '@codex-webapp/contracts/sessions';
import { useCallback, useEffect, useEffectEvent, useRef, useState, type RefObject } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { openBridge, type Bridge } from '../../../lib/bridge.ts';
import { earlyTicket, sessionsApi } from '../api.ts';

/** From the first step to READY. */
const readyTimeoutMs = 15_000;

export type FramePhase = 'loading' | 'ready' | 'failed';

/** What a session UI says beyond READY and AUTH_REQUEST, which are answered here. */
export type SpokenMessage = Exclude<SessionMessage, { type: 'READY' | 'AUTH_REQUEST' }>;

interface Entry {
  /** Holds a ticket, so it is good for one load. Null until it is there. */
  readonly url: string | null;
  readonly phase: FramePhase;
  readonly error: string | null;
}

interface SessionFrame extends Entry {
  readonly frameRef: RefObject<HTMLIFrameElement | null>;
  readonly retry: () => void;
  /** Stays the same; says nothing while there is no frame. */
  readonly send: (message: PageMessage) => void;
}

interface Options {
  readonly session: Pick<SessionResponse, 'id' | 'origin'>;
  readonly onReady: () => void;
  readonly onMessage: (message: SpokenMessage) => void;
}

const loading: Entry = { url: null, phase: 'loading', error: null };

/** Opens a session's own origin in the iframe and speaks with the page there. */
export function useSessionFrame({ session: { id, origin }, onReady, onMessage }: Options): SessionFrame {
  const frameRef = useRef<HTMLIFrameElement | null>(null);
  const bridge = useRef<Bridge | null>(null);
  const isIssuing = useRef(false);
  const endEntering = useRef<() => void>(() => {});
  const [entry, setEntry] = useState<Entry>(loading);
  const send = useCallback((message: PageMessage) => bridge.current?.send(message), []);

  const issueSocketTicket = async () => {
    // A page that asks again before the answer is there gets one answer, not a second ticket.
    if (isIssuing.current) return;
    isIssuing.current = true;
    try {
      const { ticket, expiresAt } = await sessionsApi.ticket(id, { purpose: 'socket' });
      send({ type: 'AUTH_TOKEN', sessionId: id, ticket, expiresAt });
    } catch {
      // The session UI asks again by its own back-off; a lost login has already sent this page away.
    } finally {
      isIssuing.current = false;
    }
  };

  const handleMessage = useEffectEvent((message: SessionMessage) => {
    if (message.type === 'READY') {
      endEntering.current();
      setEntry((current) => ({ ...current, phase: 'ready', error: null }));
      onReady();
    } else if (message.type === 'AUTH_REQUEST') {
      void issueSocketTicket();
    } else if (message.type === 'ERROR' && entry.phase !== 'ready') {
      setEntry((current) => failed(current, message.error.message));
    } else {
      onMessage(message);
    }
  });

  useEffect(() => {
    const frame = {
      get contentWindow() {
        return frameRef.current?.contentWindow ?? null;
      },
    };
    const opened = openBridge({
      page: window,
      frame,
      origin,
      onMessage: (message) => handleMessage(message),
    });
    bridge.current = opened;
    return () => opened.close();
  }, [origin]);

  const enter = useCallback(() => {
    endEntering.current();
    const controller = new AbortController();
    const deadline = setTimeout(() => {
      const error = `The session’s own page did not answer within ${readyTimeoutMs / 1_000} seconds.`;
      setEntry((current) => failed(current, error));
    }, readyTimeoutMs);
    endEntering.current = () => {
      controller.abort();
      clearTimeout(deadline);
    };
    earlyTicket.take(id, controller.signal).then(
      ({ url }) => setEntry(entryOf(url, origin)),
      (cause: unknown) => {
        if (!controller.signal.aborted) setEntry((current) => failed(current, describeError(cause)));
      },
    );
  }, [id, origin]);

  useEffect(() => {
    enter();
    return () => endEntering.current();
  }, [enter]);

  const retry = () => {
    setEntry(loading);
    enter();
  };
  return { frameRef, ...entry, retry, send };
}

/** Only this session's own origin ever gets into the frame. */
function entryOf(url: string | null, origin: string): Entry {
  if (url !== null && new URL(url).origin === origin) return { ...loading, url };
  return failed(loading, 'The server named a page that is not this session’s.');
}

function failed(current: Entry, error: string): Entry {
  return { ...current, phase: 'failed', error };
}
