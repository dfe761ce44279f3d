import type { ContainerResponse, UpgradeContainerRequest } from '@codex-webapp/contracts/containers';
import type { SessionResponse, UpdateSessionRequest } from '@codex-webapp/contracts/sessions';
import { toast } from '@codex-webapp/ui';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { sessionsApi, type ContainerCommand } from '../api.ts';
import { useListQuery } from './use-list-query.ts';
import { useSessions } from '../sessions-context.tsx';

export interface SessionActions {
  /** A command is under way. */
  readonly isBusy: boolean;
  readonly rename: (title: string) => Promise<void>;
  readonly setArchived: (isArchived: boolean) => Promise<void>;
  /** Whether it goes on running when nobody uses it. */
  readonly setKeptRunning: (isKeptRunning: boolean) => Promise<void>;
  /** Also the way back from a failure. Null when it did not work, which the user has been told. */
  readonly start: () => Promise<ContainerResponse | null>;
  readonly stop: () => Promise<ContainerResponse | null>;
  readonly restart: () => Promise<ContainerResponse | null>;
  readonly recreate: () => Promise<ContainerResponse | null>;
  readonly upgrade: (request: UpgradeContainerRequest) => Promise<ContainerResponse | null>;
  /** Rejects with the reason, for the dialog that asked. */
  readonly remove: () => Promise<void>;
}

export function useSessionActions({ id, containerStatus }: SessionResponse): SessionActions {
  const { dispatch } = useSessions();
  const { suffix } = useListQuery();
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);

  const update = async (patch: UpdateSessionRequest, problem: string) => {
    try {
      dispatch({ type: 'session.changed', session: await sessionsApi.update(id, patch) });
    } catch (cause) {
      toast({ tone: 'danger', title: problem, description: describeError(cause) });
    }
  };

  const command = (name: ContainerCommand, problem: string) =>
    ask(() => sessionsApi.command(id, name), problem);

  const ask = async (send: () => Promise<ContainerResponse>, problem: string) => {
    setIsBusy(true);
    try {
      const container = await send();
      dispatch({ type: 'container.changed', container });
      return container;
    } catch (cause) {
      toast({ tone: 'danger', title: problem, description: describeError(cause) });
      return null;
    } finally {
      setIsBusy(false);
    }
  };

  const setArchived = async (isArchived: boolean) => {
    await update({ isArchived }, isArchived ? 'It was not archived' : 'It is still archived');
    if (isArchived) {
      const action = { label: 'Undo', onSelect: () => void setArchived(false) };
      toast({ title: 'Session archived', action });
    }
  };

  return {
    isBusy,
    rename: (title) => update({ title }, 'The title stays as it was'),
    setArchived,
    setKeptRunning: (isKeptRunning) => update({ isKeptRunning }, 'That stays as it was'),
    start: () => command(containerStatus === 'absent' ? 'create' : 'start', 'The container was not started'),
    stop: () => command('stop', 'The container was not stopped'),
    restart: () => command('restart', 'The container was not restarted'),
    recreate: () => command('recreate', 'The container was not made anew'),
    upgrade: (request) => ask(() => sessionsApi.upgrade(id, request), 'The image was not upgraded'),
    remove: async () => {
      await sessionsApi.remove(id);
      dispatch({ type: 'session.removed', sessionId: id });
      router.push(`/${suffix}`);
      toast({ tone: 'success', title: 'Session deleted' });
    },
  };
}
