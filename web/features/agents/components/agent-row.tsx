'use client';

import type { CredentialResponse, CredentialTestResponse } from '@codex-webapp/contracts/credentials';
import { Badge, Button } from '@codex-webapp/ui';
import { useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { stateOf, type AgentCard, type AgentState } from '../model/agent-cards.ts';
import { CredentialLine } from './credential-line.tsx';
import { TestResult } from './test-result.tsx';

type Props = {
  card: AgentCard;
  /** By the agent's own program, where it can. */
  onLogIn: () => void;
  onAdd: () => void;
  onRemove: (credential: CredentialResponse) => void;
  onTest: () => Promise<CredentialTestResponse>;
};

/** One agent: whether it is logged in, by what, and whether that works. */
export function AgentRow({ card, onLogIn, onAdd, onRemove, onTest }: Props) {
  const [isTesting, setIsTesting] = useState(false);
  const [result, setResult] = useState<CredentialTestResponse | string | null>(null);
  const { name, credentials, isFromServer } = card;
  const hasLogin = credentials.length > 0;
  const hasDeviceLogin = card.login?.deviceLogin !== undefined;

  const handleTest = async () => {
    setIsTesting(true);
    setResult(null);
    try {
      setResult(await onTest());
    } catch (cause) {
      setResult(describeError(cause));
    } finally {
      setIsTesting(false);
    }
  };

  return (
    <li className="flex flex-col gap-3 border-b border-border px-4 py-3.5 last:border-b-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h3 className="text-13 font-medium text-text">{name}</h3>
        <StateBadge state={stateOf(card)} />
        <div className="ml-auto flex flex-wrap justify-end gap-2">
          {hasLogin && (
            <Button
              size="sm"
              aria-label={`Test the login of ${name}`}
              isBusy={isTesting}
              onClick={() => void handleTest()}
            >
              Test
            </Button>
          )}
          {hasDeviceLogin && (
            <Button
              size="sm"
              aria-label={`Log in… to ${name} in the browser`}
              onClick={() => {
                setResult(null);
                onLogIn();
              }}
            >
              Log in…
            </Button>
          )}
          <Button
            size="sm"
            aria-label={labelOf(card)}
            onClick={() => {
              setResult(null);
              onAdd();
            }}
          >
            {changeLabel(hasLogin, hasDeviceLogin)}
          </Button>
        </div>
      </div>
      {hasLogin && (
        <ul className="flex flex-col gap-2">
          {credentials.map((credential) => (
            <CredentialLine
              key={credential.kind}
              credential={credential}
              agentName={name}
              onRemove={() => {
                setResult(null);
                onRemove(credential);
              }}
            />
          ))}
        </ul>
      )}
      {!hasLogin && isFromServer && (
        <p className="text-13 text-muted">
          The server logs it in for everybody. A login of yours takes its place.
        </p>
      )}
      {result !== null && <TestResult result={result} />}
    </li>
  );
}

function labelOf({ name, login, credentials }: AgentCard): string {
  if (credentials.length > 0) return `Change the login of ${name}`;
  return login?.deviceLogin === undefined ? `Log ${name} in` : `Key or file of ${name}`;
}

function changeLabel(hasLogin: boolean, hasDeviceLogin: boolean): string {
  if (hasLogin) return 'Change';
  return hasDeviceLogin ? 'Key or file' : 'Log in';
}

function StateBadge({ state }: { state: AgentState }) {
  switch (state) {
    case 'ready':
      return <Badge tone="success">Set</Badge>;
    case 'trouble':
      return <Badge tone="danger">Log in again</Badge>;
    case 'server':
      return <Badge tone="accent">From the server</Badge>;
    case 'none':
      return <Badge>Not set</Badge>;
  }
}
