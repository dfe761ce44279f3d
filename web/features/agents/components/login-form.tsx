'use client';

import { agentIdPattern } from '@codex-webapp/contracts/agents';
import {
  credentialKinds,
  credentialLimits,
  type CredentialKind,
  type SaveCredentialRequest,
} from '@codex-webapp/contracts/credentials';
import { Banner, Button, ChoiceCards, type ChoiceCard } from '@codex-webapp/ui';
import { useState, type FormEvent } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { kindsOf, kindTitles, type AgentCard } from '../model/agent-cards.ts';
import { emptyForm, isComplete, toRequest, type LoginForm as Form } from '../model/login-form.ts';
import { FileField } from './file-field.tsx';
import { LoginField } from './login-field.tsx';

type Props = {
  card: AgentCard | null;
  onCancel: () => void;
  onSave: (agent: string, kind: CredentialKind, request: SaveCredentialRequest) => Promise<void>;
};

const notes: Readonly<Record<CredentialKind, string>> = {
  'api-key': 'Billed by use.',
  'access-token': 'Of a subscription; lasts long.',
  'auth-file': 'Of a login on another machine.',
};

export function LoginForm({ card, onCancel, onSave }: Props) {
  const login = card?.login ?? null;
  const kinds = kindsOf(login);
  const stored = card?.credentials.find(({ kind }) => kind === 'api-key');
  const [form, setForm] = useState<Form>(() => ({
    ...emptyForm(card?.credentials[0]?.kind ?? kinds[0] ?? 'api-key', {
      baseUrl: stored?.baseUrl ?? null,
      model: stored?.model ?? null,
      fileCount: login?.authFile?.paths.length ?? 0,
    }),
    agent: card !== null && login === null ? card.agent : '',
  }));
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const isKnown = login !== null;
  const { kind } = form;

  const fieldOf = (name: 'agent' | 'variable' | 'secret' | 'baseUrl' | 'model') => ({
    value: form[name],
    onChange: (value: string) => setForm((current) => ({ ...current, [name]: value })),
  });

  const save = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onSave(login?.agent ?? form.agent.trim(), kind, toRequest(form, isKnown));
    } catch (cause) {
      setIsBusy(false);
      setError(describeError(cause));
    }
  };

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-5">
      {kinds.length > 1 && (
        <ChoiceCards
          label="By"
          value={kind}
          onChange={(value) =>
            setForm((current) => ({
              ...current,
              kind: credentialKinds.find((one) => one === value) ?? current.kind,
            }))
          }
          choices={kinds.map((one): ChoiceCard => ({ value: one, title: kindTitles[one], note: notes[one] }))}
        />
      )}
      {!isKnown && (
        <>
          <LoginField
            label="Agent"
            hint="Its id, as it is configured."
            placeholder="goose"
            pattern={agentIdPattern.source}
            {...fieldOf('agent')}
          />
          <LoginField
            label="Variable"
            hint="What the agent reads its key from."
            placeholder="EXAMPLE_API_KEY"
            maxLength={credentialLimits.variableMaxLength}
            {...fieldOf('variable')}
          />
        </>
      )}
      {kind === 'auth-file' ? (
        login?.authFile?.paths.map((path, index) => (
          <FileField
            key={path}
            path={path}
            source={login.authFile?.source ?? ''}
            value={form.files[index] ?? ''}
            onChange={(content) =>
              setForm((current) => ({ ...current, files: current.files.with(index, content) }))
            }
          />
        ))
      ) : (
        <LoginField
          label={kindTitles[kind]}
          hint={hintOf(card, kind)}
          isSecret
          maxLength={credentialLimits.secretMaxLength}
          {...fieldOf('secret')}
        />
      )}
      {kind === 'api-key' && login?.apiKey?.gateway && (
        <>
          <LoginField
            label="Base URL"
            hint="Of a gateway that takes the key. The maker’s own if empty."
            placeholder={login.apiKey.gateway.example}
            isOptional
            maxLength={credentialLimits.baseUrlMaxLength}
            {...fieldOf('baseUrl')}
          />
          {login.apiKey.gateway.modelVariable !== null && form.baseUrl !== '' && (
            <LoginField
              label="Model"
              hint="Which one to ask for there."
              isOptional
              maxLength={credentialLimits.modelMaxLength}
              {...fieldOf('model')}
            />
          )}
        </>
      )}
      {error !== null && <Banner tone="danger">{error}</Banner>}
      <div className="flex justify-end gap-2 max-sm:*:flex-1">
        <Button onClick={onCancel} disabled={isBusy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" isBusy={isBusy} disabled={!isComplete(form, isKnown)}>
          Save
        </Button>
      </div>
    </form>
  );
}

function hintOf(card: AgentCard | null, kind: CredentialKind): string | undefined {
  const login = card?.login ?? null;
  const source = kind === 'api-key' ? login?.apiKey?.source : login?.accessToken?.source;
  const isThere = card?.credentials.some((one) => one.kind === kind) ?? false;
  const replaces = isThere ? ' Takes the place of the one that is stored.' : '';
  return source === undefined ? undefined : `From ${source}.${replaces}`;
}
