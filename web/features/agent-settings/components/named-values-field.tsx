'use client';

import { Button, Checkbox, IconButton, Input } from '@codex-webapp/ui';
import { Plus, X } from '@codex-webapp/ui/icons';
import { useId } from 'react';
import { emptyDraft, keepsSecret, type ValueDraft } from '../model/value-draft.ts';
import { ValueInput } from './value-input.tsx';

type Props = {
  label: string;
  /** One of them, as in “Add variable”. */
  item: string;
  placeholder: string;
  values: readonly ValueDraft[];
  onChange: (values: readonly ValueDraft[]) => void;
};

/** Variables or headers of one MCP server. */
export function NamedValuesField({ label, item, placeholder, values, onChange }: Props) {
  const id = useId();
  const change = (key: string, typed: Partial<ValueDraft>) =>
    onChange(values.map((one) => (one.key === key ? { ...one, ...typed } : one)));
  return (
    <fieldset className="flex min-w-0 flex-col gap-2">
      <legend className="mb-1.5 text-13 font-medium text-text">
        {label}
        <span className="ml-1.5 font-normal text-faint">optional</span>
      </legend>
      {values.map((draft, index) => (
        <div key={draft.key} className="flex flex-wrap items-center gap-2 sm:flex-nowrap">
          <Input
            aria-label={`Name of ${item} ${index + 1}`}
            value={draft.name}
            placeholder={placeholder}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="min-w-32 flex-1"
            onChange={(event) => change(draft.key, { name: event.target.value })}
          />
          <span className="flex min-w-32 flex-1">
            <ValueInput
              aria-label={`Value of ${item} ${index + 1}`}
              value={draft.value}
              isSecret={draft.isSecret}
              placeholder={keepsSecret({ ...draft, value: '' }) ? 'Stays as it is' : 'Value'}
              onChange={(value) => change(draft.key, { value })}
            />
          </span>
          <Checkbox
            label="Secret"
            isChecked={draft.isSecret}
            onChange={(isSecret) => change(draft.key, { isSecret })}
          />
          <IconButton
            label={`Remove ${item} ${index + 1}`}
            size="sm"
            onClick={() => onChange(values.filter(({ key }) => key !== draft.key))}
          >
            <X aria-hidden />
          </IconButton>
        </div>
      ))}
      <Button
        size="sm"
        className="self-start"
        onClick={() => onChange([...values, emptyDraft(`${id}-${Date.now()}-${values.length}`, true)])}
      >
        <Plus aria-hidden /> Add {item}
      </Button>
    </fieldset>
  );
}
