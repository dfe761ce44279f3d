import type { CreateSessionRequest, SessionResponse } from '@codex-webapp/contracts/sessions';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { earlyTicket, sessionsApi } from '../api.ts';
import { useSessions } from '../sessions-context.tsx';

interface CreateSession {
  readonly isBusy: boolean;
  readonly error: string | null;
  readonly create: (request: CreateSessionRequest) => Promise<void>;
}

/** Makes a session, has its container created and opens its page. */
export function useCreateSession(onCreated: () => void): CreateSession {
  const { dispatch } = useSessions();
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const create = async (request: CreateSessionRequest) => {
    setIsBusy(true);
    setError(null);
    try {
      const session = await sessionsApi.create(request);
      dispatch({ type: 'session.changed', session });
      earlyTicket.request(session.id);
      void createContainer(session);
      onCreated();
      router.push(`/sessions/${session.id}`);
    } catch (cause) {
      setError(describeError(cause));
      setIsBusy(false);
    }
  };

  const createContainer = async ({ id, provider, containerStatus }: SessionResponse) => {
    // By hand: its page asks for the environment when the user wants to see it.
    if (provider === 'manual' || containerStatus !== 'absent') return;
    try {
      dispatch({ type: 'container.changed', container: await sessionsApi.command(id, 'create') });
    } catch {
      // The session exists all the same, and its page shows the failure with a button to try again.
    }
  };

  return { isBusy, error, create };
}
