'use client';

import type { CreatedApiTokenResponse } from '@codex-webapp/contracts/auth';
import { Banner, Button, CopyButton } from '@codex-webapp/ui';
import { formatDate } from '../format-date.ts';

type Props = {
  token: CreatedApiTokenResponse;
  onDone: () => void;
};

export function TokenSecret({ token, onDone }: Props) {
  return (
    <div className="flex flex-col gap-4">
      <Banner tone="warning">
        This is the only time it is shown. We keep nothing that could show it again.
      </Banner>
      <div className="flex items-start gap-2 rounded-md border border-border-strong bg-surface-sunken p-2 pl-3">
        <code
          aria-label="Secret of the token"
          className="min-w-0 flex-1 py-0.5 font-mono text-13 break-all text-text"
        >
          {token.secret}
        </code>
        <CopyButton text={token.secret} label="Copy the token" />
      </div>
      <p className="text-13 text-muted">
        “{token.name}” works until {formatDate(token.expiresAt)}.
      </p>
      <Button variant="primary" className="self-end max-sm:self-stretch" onClick={onDone}>
        I have copied it
      </Button>
    </div>
  );
}
