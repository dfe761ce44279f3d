'use client';

import { agentSettingsLimits, type NamedValueResponse } from '@codex-webapp/contracts/agent-settings';
import { Checkbox, Field, Input } from '@codex-webapp/ui';
import { useState } from 'react';
import {
  emptyDraft,
  hintOfValue,
  keepsSecret,
  problemOfName,
  toDraft,
  type ValueDraft,
} from '../model/value-draft.ts';
import { InlineForm } from './inline-form.tsx';
import { ValueInput } from './value-input.tsx';

type Props = {
  /** Null: a new one. */
  variable: NamedValueResponse | null;
  others: readonly NamedValueResponse[];
  onCancel: () => void;
  onSave: (draft: ValueDraft) => Promise<void>;
};

export function VariableForm({ variable, others, onCancel, onSave }: Props) {
  const [draft, setDraft] = useState(() => (variable === null ? emptyDraft('new', true) : toDraft(variable)));
  const change = (typed: Partial<ValueDraft>) => setDraft((current) => ({ ...current, ...typed }));
  const problem = problemOfName(draft.name, others);
  const isStored = draft.storedAs !== null;
  const isKept = keepsSecret({ ...draft, value: '' });
  return (
    <InlineForm
      label={variable === null ? 'A new variable' : `Change ${variable.name}`}
      isComplete={
        draft.name.trim() !== '' && problem === null && (isKept || !draft.isSecret || draft.value !== '')
      }
      onCancel={onCancel}
      onSave={() => onSave(draft)}
    >
      <Field label="Name" error={problem}>
        {(control) => (
          <Input
            {...control}
            value={draft.name}
            maxLength={agentSettingsLimits.variableNameMaxLength}
            placeholder="EXAMPLE_TOKEN"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Value"
        hint={isStored && !isKept ? 'A secret is not told: give it anew.' : hintOfValue(draft)}
      >
        {(control) => (
          <ValueInput
            {...control}
            value={draft.value}
            isSecret={draft.isSecret}
            placeholder={isKept ? 'Stays as it is' : undefined}
            maxLength={agentSettingsLimits.valueMaxLength}
            onChange={(value) => change({ value })}
          />
        )}
      </Field>
      <Checkbox
        label="Secret"
        hint="Never shown again once it is saved."
        isChecked={draft.isSecret}
        onChange={(isSecret) => change({ isSecret })}
      />
    </InlineForm>
  );
}
