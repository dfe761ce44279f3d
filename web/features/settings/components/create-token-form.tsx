'use client';

import { authLimits, type ApiTokenScope, type CreateApiTokenRequest } from '@codex-webapp/contracts/auth';
import { Banner, Button, ChoiceCards, Field, Input, Select, type ChoiceCard } from '@codex-webapp/ui';
import { useState, type FormEvent } from 'react';
import { describeError } from '../../../lib/api-error.ts';

const scopeChoices: readonly ChoiceCard[] = [
  { value: 'full', title: 'Full access', note: 'May do what you may do, except manage logins and users.' },
  { value: 'read', title: 'Read only', note: 'May look at sessions and messages, and change nothing.' },
];

const lifetimes = [
  { days: 7, label: '7 days' },
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'A year' },
] as const;

type Props = {
  onSubmit: (request: CreateApiTokenRequest) => Promise<void>;
  onCancel: () => void;
};

export function CreateTokenForm({ onSubmit, onCancel }: Props) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<ApiTokenScope>('full');
  const [expiresInDays, setExpiresInDays] = useState(90);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const create = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onSubmit({ name: name.trim(), scope, expiresInDays });
    } catch (cause) {
      setIsBusy(false);
      setError(describeError(cause));
    }
  };

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    void create();
  };

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-5">
      <Field label="Name" hint="What it is for, so that you know later what stops when you revoke it.">
        {(control) => (
          <Input
            {...control}
            value={name}
            maxLength={authLimits.tokenNameMaxLength}
            onChange={(event) => setName(event.target.value)}
            autoComplete="off"
            required
          />
        )}
      </Field>
      <ChoiceCards
        label="Scope"
        value={scope}
        onChange={(value) => setScope(value === 'read' ? 'read' : 'full')}
        choices={scopeChoices}
      />
      <Field label="Expires after">
        {(control) => (
          <Select
            {...control}
            value={expiresInDays}
            onChange={(event) => setExpiresInDays(Number(event.target.value))}
          >
            {lifetimes.map(({ days, label }) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {error !== null && <Banner tone="danger">{error}</Banner>}
      <div className="flex justify-end gap-2 max-sm:*:flex-1">
        <Button onClick={onCancel} disabled={isBusy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" isBusy={isBusy} disabled={name.trim() === ''}>
          Create token
        </Button>
      </div>
    </form>
  );
}
