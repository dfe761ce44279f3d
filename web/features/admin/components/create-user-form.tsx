'use client';

import { authLimits } from '@codex-webapp/contracts/auth';
import { userLimits, type CreateUserRequest, type UserRole } from '@codex-webapp/contracts/users';
import { Banner, Button, Field, Input, Select } from '@codex-webapp/ui';
import { useState, type FormEvent } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { PasswordInput } from '../../auth/index.ts';

type Props = {
  onSubmit: (request: CreateUserRequest) => Promise<void>;
  onCancel: () => void;
};

export function CreateUserForm({ onSubmit, onCancel }: Props) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<UserRole>('user');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const create = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onSubmit({ username: username.trim(), password, role });
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
      <Field label="User name" hint="Letters, digits and . _ @ -">
        {(control) => (
          <Input
            {...control}
            value={username}
            maxLength={userLimits.nameMaxLength}
            onChange={(event) => setUsername(event.target.value)}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
          />
        )}
      </Field>
      <Field
        label="Password"
        hint={`At least ${authLimits.passwordMinLength} characters. Pass it on in private.`}
      >
        {(control) => (
          <PasswordInput
            control={control}
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            minLength={authLimits.passwordMinLength}
          />
        )}
      </Field>
      <Field
        label="Role"
        hint={role === 'admin' ? 'May add users.' : 'May do everything with their own sessions.'}
      >
        {(control) => (
          <Select
            {...control}
            value={role}
            onChange={(event) => setRole(event.target.value === 'admin' ? 'admin' : 'user')}
          >
            <option value="user">User</option>
            <option value="admin">Administrator</option>
          </Select>
        )}
      </Field>
      {error !== null && <Banner tone="danger">{error}</Banner>}
      <div className="flex justify-end gap-2 max-sm:*:flex-1">
        <Button onClick={onCancel} disabled={isBusy}>
          Cancel
        </Button>
        <Button type="submit" variant="primary" isBusy={isBusy}>
          Add user
        </Button>
      </div>
    </form>
  );
}
