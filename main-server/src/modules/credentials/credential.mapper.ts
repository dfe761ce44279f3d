import type { CredentialResponse } from '@codex-webapp/contracts';
import { findRenewable } from './codex-login.ts';
import type { CredentialContent } from './credential-content.ts';
import type { Credential } from './credential.entity.ts';

/** Of a shorter one four characters would be too much of it. */
const hintedMinLength = 16;
const hintLength = 4;

/** `content` is null where it cannot be opened. */
export function toCredentialResponse(
  row: Credential,
  content: CredentialContent | null,
  { isUsed }: { readonly isUsed: boolean },
): CredentialResponse {
  return {
    agent: row.agent,
    kind: row.kind,
    hint: toHint(content),
    baseUrl: content?.kind === 'api-key' ? content.baseUrl : null,
    model: content?.kind === 'api-key' ? content.model : null,
    files: content?.kind === 'auth-file' ? content.files.map(({ path }) => path) : [],
    state: toState(row, content),
    isUsed,
    isRenewedHere: content !== null && findRenewable(row.agent, content) !== null,
    createdAt: toIso(row.createdAt),
    updatedAt: toIso(row.updatedAt),
    lastUsedAt: row.lastUsedAt === null ? null : toIso(row.lastUsedAt),
  };
}

function toHint(content: CredentialContent | null): string | null {
  if (content === null || content.kind === 'auth-file') return null;
  return content.secret.length < hintedMinLength ? null : content.secret.slice(-hintLength);
}

function toState(row: Credential, content: CredentialContent | null): CredentialResponse['state'] {
  if (content === null) return 'unreadable';
  return row.refusedAt === null ? 'ready' : 'refused';
}

function toIso(at: number): string {
  return new Date(at).toISOString();
}
