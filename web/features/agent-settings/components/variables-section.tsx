'use client';

import type { NamedValueResponse } from '@codex-webapp/contracts/agent-settings';
import { Button, ConfirmDialog, toast } from '@codex-webapp/ui';
import { Plus, Variable } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { SettingsSection } from '../../settings/index.ts';
import type { SettingsOwner } from '../api.ts';
import { useEdited } from '../hooks/use-edited.ts';
import { useEnvironment } from '../hooks/use-environment.ts';
import { toSameRequest, toValueRequest, type ValueDraft } from '../model/value-draft.ts';
import { SettingsList } from './settings-list.tsx';
import { UnreadableBanner } from './unreadable-banner.tsx';
import { VariableForm } from './variable-form.tsx';
import { VariableRow } from './variable-row.tsx';

type Props = {
  owner: SettingsOwner;
  description: string;
};

export function VariablesSection({ owner, description }: Props) {
  const { environment, error, retry, save } = useEnvironment(owner);
  const edited = useEdited();
  const [removing, setRemoving] = useState<NamedValueResponse | null>(null);
  const variables = environment?.variables ?? [];
  const { isAdding } = edited;

  const store = async (draft: ValueDraft, replaced: string | null) => {
    const request = toValueRequest(draft);
    const isThere = variables.some(({ name }) => name === replaced);
    const kept = variables.map((one) => (one.name === replaced ? request : toSameRequest(one)));
    await save(isThere ? kept : [...kept, request]);
    edited.close();
    toast({ tone: 'success', title: `${request.name} is set` });
  };

  const formOf = (variable: NamedValueResponse | null) => (
    <VariableForm
      variable={variable}
      others={variables.filter((one) => one !== variable)}
      onCancel={() => edited.close()}
      onSave={(draft) => store(draft, variable?.name ?? null)}
    />
  );

  return (
    <SettingsSection
      title="Environment variables"
      description={description}
      action={
        <Button
          id={edited.buttonIdOf(null)}
          onClick={() => edited.open(null)}
          disabled={environment === null || isAdding}
        >
          <Plus aria-hidden /> Add variable
        </Button>
      }
    >
      {environment?.isReadable === false && <UnreadableBanner what="variables" />}
      <SettingsList
        what="variables"
        isLoaded={environment !== null}
        isEmpty={variables.length === 0 && !isAdding}
        error={error}
        onRetry={retry}
        empty={{
          icon: <Variable aria-hidden />,
          title: 'No variables',
          hint: 'Add one to give agents a token, git a key for ssh (GIT_SSH_KEY), or your project a setting.',
        }}
      >
        {variables.map((variable) => (
          <li key={variable.name} className="border-b border-border px-4 py-3 last:border-b-0">
            {edited.isEditing(variable.name) ? (
              formOf(variable)
            ) : (
              <VariableRow
                variable={variable}
                editButtonId={edited.buttonIdOf(variable.name)}
                onEdit={() => edited.open(variable.name)}
                onRemove={() => setRemoving(variable)}
              />
            )}
          </li>
        ))}
        {isAdding && <li className="px-4 py-3">{formOf(null)}</li>}
      </SettingsList>
      <ConfirmDialog
        isOpen={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ''}?`}
        confirmLabel="Remove variable"
        isDangerous
        onConfirm={() => save(variables.filter((one) => one !== removing).map(toSameRequest))}
      >
        Agents do without it from their next message on. Terminals that are open keep it.
      </ConfirmDialog>
    </SettingsSection>
  );
}
