import type { CredentialResponse } from '@codex-webapp/contracts/credentials';
import { IconButton } from '@codex-webapp/ui';
import { Trash2 } from '@codex-webapp/ui/icons';
import { formatDate } from '../../settings/index.ts';
import { kindNames, kindTitles } from '../model/agent-cards.ts';

type Props = {
  credential: CredentialResponse;
  agentName: string;
  onRemove: () => void;
};

/** One login: what is known of it, which is never the login itself. */
export function CredentialLine({ credential, agentName, onRemove }: Props) {
  const { kind, hint, files, baseUrl, model, lastUsedAt, updatedAt, isRenewedHere } = credential;
  const trouble = troubleOf(credential);
  const facts = [
    baseUrl === null ? null : baseUrl.replace(/^https?:\/\//, ''),
    model,
    isRenewedHere ? 'renewed by this server' : null,
    lastUsedAt === null
      ? `stored ${formatDate(updatedAt)}, not used yet`
      : `last used ${formatDate(lastUsedAt)}`,
  ].filter((fact) => fact !== null);
  return (
    <li className="flex items-start gap-2">
      <div className="min-w-0 flex-1 text-13">
        <p className="text-text">
          {kindTitles[kind]} {hint !== null && <code className="font-mono text-xs text-muted">…{hint}</code>}
          {files.length > 0 && (
            <code className="font-mono text-xs break-all text-muted">
              {files.map((file) => `~/${file}`).join(', ')}
            </code>
          )}
        </p>
        <p className="text-xs break-words text-muted">{facts.join(' · ')}</p>
        {trouble !== null && <p className="mt-0.5 text-xs text-danger-ink">{trouble}</p>}
        {trouble === null && !credential.isUsed && (
          <p className="mt-0.5 text-xs text-muted">Not used as long as the other one is there.</p>
        )}
      </div>
      <IconButton size="sm" label={`Remove the ${kindNames[kind]} of ${agentName}`} onClick={onRemove}>
        <Trash2 aria-hidden />
      </IconButton>
    </li>
  );
}

function troubleOf({ state }: CredentialResponse): string | null {
  switch (state) {
    case 'ready':
      return null;
    case 'refused':
      return 'Its maker does not renew it any more. Log in again and put the new file here.';
    case 'unreadable':
      return 'The server cannot read it any more: the key it was encrypted with is gone. Give it once more.';
  }
}
