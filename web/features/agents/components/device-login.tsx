'use client';

import { hasDeviceLoginEnded, type DeviceLoginResponse } from '@codex-webapp/contracts/credentials';
import { Banner, Button, Spinner } from '@codex-webapp/ui';
import { useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { useDeviceLogin } from '../hooks/use-device-login.ts';
import type { AgentCard } from '../model/agent-cards.ts';
import { DeviceLoginSteps } from './device-login-steps.tsx';
import { TestResult } from './test-result.tsx';

type Props = {
  card: AgentCard;
  onClose: () => void;
  onStored: () => void;
};

export function DeviceLogin({ card, onClose, onStored }: Props) {
  const { login, error, start, type, cancel } = useDeviceLogin(card.agent, onStored);
  const [problem, setProblem] = useState<string | null>(null);
  const [isCancelling, setIsCancelling] = useState(false);
  const isOver = error !== null || (login !== null && hasDeviceLoginEnded(login.state));

  const handleCancel = async () => {
    setIsCancelling(true);
    try {
      await cancel();
    } catch (cause) {
      setProblem(describeError(cause));
    } finally {
      setIsCancelling(false);
    }
  };

  return (
    <div className="flex flex-col gap-4">
      {error !== null && <Banner tone="danger">{error}</Banner>}
      {error === null && !isOver && <UnderWay login={login} name={card.name} onType={type} />}
      {error === null && isOver && login !== null && <Ended login={login} />}
      {problem !== null && <Banner tone="danger">{problem}</Banner>}
      <div className="flex flex-wrap justify-end gap-2 max-sm:*:flex-1">
        {!isOver && (
          <Button onClick={() => void handleCancel()} isBusy={isCancelling} disabled={login === null}>
            Cancel the login
          </Button>
        )}
        {isOver && login?.state !== 'succeeded' && <Button onClick={start}>Try again</Button>}
        {isOver && (
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        )}
      </div>
    </div>
  );
}

type UnderWayProps = {
  login: DeviceLoginResponse | null;
  name: string;
  onType: (text: string) => Promise<void>;
};

function UnderWay({ login, name, onType }: UnderWayProps) {
  if (login === null || login.state === 'starting') return <Waiting>Starting {name}…</Waiting>;
  if (login.state === 'saving') return <Waiting>Storing the login, and testing it…</Waiting>;
  return <DeviceLoginSteps login={login} name={name} onType={onType} />;
}

function Waiting({ children }: { children: React.ReactNode }) {
  return (
    <output className="flex items-center gap-2 py-6 text-13 text-muted">
      <Spinner /> {children}
    </output>
  );
}

function Ended({ login: { state, message, test } }: { login: DeviceLoginResponse }) {
  return (
    <div aria-live="polite" className="flex flex-col gap-3">
      <Banner tone={toneOf(state)}>{message ?? ''}</Banner>
      {test !== null && <TestResult result={test} />}
    </div>
  );
}

function toneOf(state: DeviceLoginResponse['state']) {
  if (state === 'succeeded') return 'success';
  return state === 'cancelled' ? 'info' : 'danger';
}
