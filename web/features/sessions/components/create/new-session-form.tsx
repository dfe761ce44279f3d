'use client';

import type { PermissionMode } from '@codex-webapp/contracts/agents';
import { containerSizeDefault, type ContainerSizeName } from '@codex-webapp/contracts/containers';
import { sessionLimits, type SessionOptionsResponse } from '@codex-webapp/contracts/sessions';
import { Banner, Button, ChoiceCards, Field, Input } from '@codex-webapp/ui';
import { useState, type FormEvent } from 'react';
import { useCreateSession } from '../../hooks/use-create-session.ts';
import { ContainerChoices } from './container-choices.tsx';
import { PreparationFields } from './preparation-fields.tsx';
import { emptyPreparation, isPreparationValid, toPreparationRequest } from '../../model/preparation-draft.ts';
import {
  agentChoices,
  modeChoices,
  modeDefault,
  providerChoices,
  providerDefault,
} from '../../model/session-choices.tsx';

type Props = {
  options: SessionOptionsResponse;
  onClose: () => void;
};

export function NewSessionForm({ options, onClose }: Props) {
  const [title, setTitle] = useState('');
  const [agent, setAgent] = useState(options.agents[0]?.id ?? '');
  const [providerName, setProviderName] = useState(() => providerDefault(options.providers)?.name);
  // Until the user decides, the mode follows the provider.
  const [chosenMode, setChosenMode] = useState<PermissionMode | null>(null);
  const [size, setSize] = useState<ContainerSizeName>(containerSizeDefault);
  const [internet, setInternet] = useState(true);
  const [preparation, setPreparation] = useState(emptyPreparation);
  const { isBusy, error, create } = useCreateSession(onClose);

  const provider = options.providers.find(({ name }) => name === providerName);
  const mode = chosenMode ?? modeDefault(provider);

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = title.trim();
    void create({
      ...(trimmed === '' ? {} : { title: trimmed }),
      agent,
      provider: providerName,
      permissionMode: mode,
      ...(provider === undefined || provider.sizes.length === 0 ? {} : { size }),
      ...(provider?.canSwitchInternetOff === true ? { internet } : {}),
      ...toPreparationRequest(preparation),
    });
  };

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-5">
      <Field label="Title" isOptional>
        {(control) => (
          <Input
            {...control}
            value={title}
            maxLength={sessionLimits.titleMaxLength}
            onChange={(event) => setTitle(event.target.value)}
            placeholder="Named after the first prompt"
            autoComplete="off"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- it comes after the dialog has opened
            autoFocus={!isTouch()}
          />
        )}
      </Field>
      <ChoiceCards label="Agent" value={agent} onChange={setAgent} choices={agentChoices(options.agents)} />
      <ChoiceCards
        label="Runs in"
        value={providerName ?? ''}
        onChange={(name) => setProviderName(options.providers.find((known) => known.name === name)?.name)}
        choices={providerChoices(options.providers)}
      />
      {provider !== undefined && (
        <ContainerChoices
          provider={provider}
          size={size}
          onSizeChange={setSize}
          internet={internet}
          onInternetChange={setInternet}
        />
      )}
      {mode === 'full-auto' && provider?.isIsolated === false && (
        <Banner tone="warning">
          Nothing isolates this session: the agent could change anything that you can on the server’s machine.
        </Banner>
      )}
      <ChoiceCards
        label="The agent may"
        value={mode}
        onChange={(value) => setChosenMode(value === 'full-auto' ? 'full-auto' : 'ask-first')}
        choices={modeChoices}
      />
      <PreparationFields draft={preparation} onChange={setPreparation} />
      {error !== null && <Banner tone="danger">{error}</Banner>}
      <div className="sticky -bottom-4 -mx-5 -mb-4 flex justify-end gap-2 border-t border-border bg-surface-raised px-5 py-3 sm:rounded-b-xl max-sm:*:flex-1">
        <Button onClick={onClose} disabled={isBusy}>
          Cancel
        </Button>
        <Button
          type="submit"
          variant="primary"
          isBusy={isBusy}
          disabled={provider === undefined || agent === '' || !isPreparationValid(preparation)}
        >
          Create session
        </Button>
      </div>
    </form>
  );
}

/** On a phone the keyboard would cover the choices. */
function isTouch(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
