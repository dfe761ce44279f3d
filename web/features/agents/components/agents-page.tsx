'use client';

import type { CredentialResponse } from '@codex-webapp/contracts/credentials';
import { Banner, Button, ConfirmDialog, ErrorState, Skeleton, Spinner, toast } from '@codex-webapp/ui';
import { Plus } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { SettingsSection } from '../../settings/index.ts';
import { useCredentials } from '../hooks/use-credentials.ts';
import { kindNames, toAgentCards, type AgentCard } from '../model/agent-cards.ts';
import { AgentRow } from './agent-row.tsx';
import { DeviceLoginDialog } from './device-login-dialog.tsx';
import { LoginDialog } from './login-dialog.tsx';

/** Whose login is given: one of the agents, or one the user names. */
type Asked = AgentCard | 'another';

export function AgentsPage() {
  const { list, error, retry, save, remove, refresh, test } = useCredentials();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [loggingIn, setLoggingIn] = useState<AgentCard | null>(null);
  const [removing, setRemoving] = useState<CredentialResponse | null>(null);
  const cards = list === null ? null : toAgentCards(list);
  const nameOf = (agent: string) => cards?.find((card) => card.agent === agent)?.name ?? agent;
  return (
    <>
      <SettingsSection
        title="Logins of agents"
        description="For all of your sessions, from their next message on."
        action={
          <Button onClick={() => setAsked('another')} disabled={cards === null}>
            <Plus aria-hidden /> Another agent
          </Button>
        }
      >
        {cards !== null && (
          <ul>
            {cards.map((card) => (
              <AgentRow
                key={card.agent}
                card={card}
                onLogIn={() => setLoggingIn(card)}
                onAdd={() => setAsked(card)}
                onRemove={setRemoving}
                onTest={() => test(card.agent)}
              />
            ))}
          </ul>
        )}
        {cards === null && error === null && <LoginsLoading />}
        {cards === null && error !== null && (
          <ErrorState title="The logins did not load" onRetry={retry} className="py-8">
            {error}
          </ErrorState>
        )}
      </SettingsSection>
      <Banner>
        They are stored encrypted and never shown again. A session gets only the login of its own agent, in
        memory; what runs in the session can use it, so give keys that you can revoke.
      </Banner>
      <LoginDialog
        card={asked === 'another' ? null : asked}
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        onSave={async (agent, kind, request) => {
          await save(agent, kind, request);
          setAsked(null);
          toast({ tone: 'success', title: `${nameOf(agent)}: the ${kindNames[kind]} is stored` });
        }}
      />
      <DeviceLoginDialog
        card={loggingIn}
        onClose={() => setLoggingIn(null)}
        onStored={() => void refresh()}
      />
      <ConfirmDialog
        isOpen={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={
          removing === null ? '' : `Remove the ${kindNames[removing.kind]} of ${nameOf(removing.agent)}?`
        }
        confirmLabel="Remove"
        isDangerous
        onConfirm={() => (removing === null ? undefined : remove(removing.agent, removing.kind))}
      >
        Sessions do without it from their next message on. It is not revoked where it came from.
      </ConfirmDialog>
    </>
  );
}

function LoginsLoading() {
  return (
    <div className="flex flex-col gap-3 p-4">
      <Spinner label="Loading the logins" className="sr-only" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-1/3" />
      <Skeleton className="w-1/2" />
    </div>
  );
}
