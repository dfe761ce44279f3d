import type { ApiTokenResponse } from '@codex-webapp/contracts/auth';
import { Badge, Button } from '@codex-webapp/ui';
import { useState } from 'react';
import { formatDate } from '../format-date.ts';

type Props = {
  token: ApiTokenResponse;
  onRevoke: () => void;
};

export function ApiTokenRow({ token, onRevoke }: Props) {
  const [now] = useState(Date.now);
  const isExpired = Date.parse(token.expiresAt) < now;
  return (
    <li className="flex items-center gap-4 border-b border-border px-4 py-3 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-13 font-medium text-text">
          <span className="truncate">{token.name}</span>
          <Badge tone={token.scope === 'read' ? 'neutral' : 'accent'}>
            {token.scope === 'read' ? 'Read only' : 'Full access'}
          </Badge>
          {isExpired && <Badge tone="danger">Expired</Badge>}
        </p>
        <p className="mt-0.5 text-xs text-muted">
          <code className="font-mono">{token.hint}…</code> · {isExpired ? 'expired' : 'expires'}{' '}
          {formatDate(token.expiresAt)} ·{' '}
          {token.lastUsedAt === null ? 'never used' : `last used ${formatDate(token.lastUsedAt)}`}
        </p>
      </div>
      <Button size="sm" aria-label={`Revoke ${token.name}`} onClick={onRevoke}>
        Revoke
      </Button>
    </li>
  );
}
