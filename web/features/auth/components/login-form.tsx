'use client';

import { Banner, Button, Field, Input } from '@codex-webapp/ui';
import { useRouter, useSearchParams } from 'next/navigation';
import { authApi } from '../api.ts';
import { useCredentialsForm } from '../hooks/use-credentials-form.ts';
import { useSetupState } from '../hooks/use-setup-state.ts';
import { safeNextPath } from '../safe-next-path.ts';
import { PasswordInput } from './password-input.tsx';

export function LoginForm() {
  const router = useRouter();
  const next = safeNextPath(useSearchParams().get('next'));
  const setup = useSetupState();
  const form = useCredentialsForm({ submit: authApi.logIn, onDone: () => router.replace(next) });

  return (
    <form onSubmit={form.handleSubmit} className="flex flex-col gap-4">
      {setup.state === 'needed' && (
        <Banner tone="warning">
          No account exists yet. Open the setup link that the server printed when it started.
        </Banner>
      )}
      <Field label="User name">
        {(control) => (
          <Input
            {...control}
            value={form.username}
            onChange={(event) => form.setUsername(event.target.value)}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the page has this one purpose
            autoFocus
            required
          />
        )}
      </Field>
      <Field label="Password">
        {(control) => (
          <PasswordInput
            control={control}
            value={form.password}
            onChange={form.setPassword}
            autoComplete="current-password"
          />
        )}
      </Field>
      {form.error !== null && <LoginError message={form.error} secondsToWait={form.secondsToWait} />}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        isBusy={form.isBusy}
        disabled={form.secondsToWait > 0}
      >
        {form.secondsToWait > 0 ? `Try again in ${form.secondsToWait} s` : 'Log in'}
      </Button>
    </form>
  );
}

function LoginError({ message, secondsToWait }: { message: string; secondsToWait: number }) {
  return <Banner tone={secondsToWait > 0 ? 'warning' : 'danger'}>{message}</Banner>;
}
