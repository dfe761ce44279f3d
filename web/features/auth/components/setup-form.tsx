'use client';

import { authLimits } from '@codex-webapp/contracts/auth';
import { Banner, Button, EmptyState, ErrorState, Field, Input, Spinner } from '@codex-webapp/ui';
import { CircleCheck, KeyRound } from '@codex-webapp/ui/icons';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { authApi } from '../api.ts';
import { useCredentialsForm } from '../hooks/use-credentials-form.ts';
import { useSetupState } from '../hooks/use-setup-state.ts';
import { useSetupToken } from '../hooks/use-setup-token.ts';
import { PasswordInput } from './password-input.tsx';

/** What the setup link leads to: the form, or why there is none. */
export function SetupForm() {
  const token = useSetupToken();
  const setup = useSetupState();
  if (setup.state === 'failed') {
    return (
      <ErrorState title="The server does not answer" onRetry={setup.retry} className="px-0 py-4">
        {setup.error}
      </ErrorState>
    );
  }
  if (token === null || setup.state === 'loading') return <SetupLoading />;
  if (setup.state === 'done') return <SetupDone />;
  return token === '' ? <SetupTokenMissing /> : <FirstAdminForm token={token} />;
}

function FirstAdminForm({ token }: { token: string }) {
  const router = useRouter();
  const form = useCredentialsForm({
    submit: (credentials) => authApi.setUp({ token, ...credentials }),
    onDone: () => router.replace('/'),
  });
  return (
    <form onSubmit={form.handleSubmit} className="flex flex-col gap-4">
      <Field label="User name" hint="Letters, digits and . _ @ -">
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
      <Field
        label="Password"
        hint={`At least ${authLimits.passwordMinLength} characters; a sentence is a good one.`}
      >
        {(control) => (
          <PasswordInput
            control={control}
            value={form.password}
            onChange={form.setPassword}
            autoComplete="new-password"
            minLength={authLimits.passwordMinLength}
          />
        )}
      </Field>
      {form.error !== null && <Banner tone="danger">{form.error}</Banner>}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        isBusy={form.isBusy}
        disabled={form.secondsToWait > 0}
      >
        {form.secondsToWait > 0 ? `Try again in ${form.secondsToWait} s` : 'Create the administrator'}
      </Button>
    </form>
  );
}

function SetupLoading() {
  return (
    <div className="grid h-40 place-items-center text-xl text-muted">
      <Spinner label="Asking the server" />
    </div>
  );
}

function SetupDone() {
  return (
    <EmptyState
      icon={<CircleCheck aria-hidden />}
      title="The setup is done"
      action={
        <Button asChild variant="primary">
          <Link href="/login">Go to the login</Link>
        </Button>
      }
      className="px-0 py-4"
    >
      An administrator exists already.
    </EmptyState>
  );
}

function SetupTokenMissing() {
  return (
    <EmptyState icon={<KeyRound aria-hidden />} title="The link is not complete" className="px-0 py-4">
      Copy the whole setup link that the server printed when it started, with everything after the “#”.
    </EmptyState>
  );
}
