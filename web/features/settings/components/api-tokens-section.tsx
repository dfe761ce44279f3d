'use client';

import type { ApiTokenResponse } from '@codex-webapp/contracts/auth';
import { Button, ConfirmDialog, EmptyState, ErrorState, Skeleton, Spinner } from '@codex-webapp/ui';
import { KeyRound, Plus } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { useApiTokens } from '../hooks/use-api-tokens.ts';
import { ApiTokenRow } from './api-token-row.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { SettingsSection } from './settings-section.tsx';

export function ApiTokensSection() {
  const { tokens, error, retry, create, revoke } = useApiTokens();
  const [isCreating, setIsCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiTokenResponse | null>(null);
  return (
    <SettingsSection
      title="API tokens"
      description={
        <>
          For scripts: <code className="font-mono text-xs">Authorization: Bearer</code>. The{' '}
          {/* oxlint-disable-next-line nextjs/no-html-link-for-pages -- main-server answers it, not Next */}
          <a href="/api/docs" className="text-accent-ink underline underline-offset-2">
            API reference
          </a>{' '}
          lists what they can do.
        </>
      }
      action={
        <Button onClick={() => setIsCreating(true)}>
          <Plus aria-hidden /> New token
        </Button>
      }
    >
      {tokens !== null && tokens.length > 0 && (
        <ul>
          {tokens.map((token) => (
            <ApiTokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
          ))}
        </ul>
      )}
      {tokens?.length === 0 && <NoTokens />}
      {tokens === null && error === null && <TokensLoading />}
      {tokens === null && error !== null && (
        <ErrorState title="The tokens did not load" onRetry={retry} className="py-8">
          {error}
        </ErrorState>
      )}
      <CreateTokenDialog isOpen={isCreating} onOpenChange={setIsCreating} onCreate={create} />
      <ConfirmDialog
        isOpen={revoking !== null}
        onOpenChange={() => setRevoking(null)}
        title={`Revoke “${revoking?.name ?? ''}”?`}
        confirmLabel="Revoke token"
        isDangerous
        onConfirm={() => (revoking === null ? undefined : revoke(revoking.id))}
      >
        Whatever uses it stops working at once. This cannot be undone.
      </ConfirmDialog>
    </SettingsSection>
  );
}

function NoTokens() {
  return (
    <EmptyState icon={<KeyRound aria-hidden />} title="No tokens" className="py-8">
      Make one to use sessions from a script.
    </EmptyState>
  );
}

function TokensLoading() {
  return (
    <div className="flex flex-col gap-3 p-4">
      <Spinner label="Loading the tokens" className="sr-only" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-1/3" />
    </div>
  );
}
