import type { ApiTokenResponse } from '@codex-webapp/contracts';
import type { ApiTokenEntity } from './api-token.entity.ts';

export function toApiTokenResponse(token: ApiTokenEntity): ApiTokenResponse {
  return {
    id: token.id,
    name: token.name,
    scope: token.scope,
    hint: token.hint,
    createdAt: new Date(token.createdAt).toISOString(),
    expiresAt: new Date(token.expiresAt).toISOString(),
    lastUsedAt: token.lastUsedAt === null ? null : new Date(token.lastUsedAt).toISOString(),
  };
}
