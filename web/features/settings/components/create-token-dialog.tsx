'use client';

import type { CreateApiTokenRequest, CreatedApiTokenResponse } from '@codex-webapp/contracts/auth';
import { Dialog } from '@codex-webapp/ui';
import { useState } from 'react';
import { CreateTokenForm } from './create-token-form.tsx';
import { TokenSecret } from './token-secret.tsx';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  onCreate: (request: CreateApiTokenRequest) => Promise<CreatedApiTokenResponse>;
};

/** Asks what the token is for, then shows its secret, once. */
export function CreateTokenDialog({ isOpen, onOpenChange, onCreate }: Props) {
  const [created, setCreated] = useState<CreatedApiTokenResponse | null>(null);

  const handleOpenChange = (next: boolean) => {
    // The secret leaves memory with the dialog.
    setCreated(null);
    onOpenChange(next);
  };

  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={handleOpenChange}
      title={created === null ? 'New API token' : 'Copy your token now'}
    >
      {created === null ? (
        <CreateTokenForm
          onCancel={() => handleOpenChange(false)}
          onSubmit={async (request) => setCreated(await onCreate(request))}
        />
      ) : (
        <TokenSecret token={created} onDone={() => handleOpenChange(false)} />
      )}
    </Dialog>
  );
}
