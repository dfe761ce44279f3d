import type { EntryBodyOf, MessageAuthor, PromptResponse } from '@codex-webapp/contracts';
import type { PromptEntity } from './prompt.entity.ts';

export function toPromptResponse(prompt: PromptEntity): PromptResponse {
  return {
    id: prompt.id,
    sessionId: prompt.sessionId,
    text: prompt.text,
    status: prompt.status,
    author: toPromptAuthor(prompt),
    turnId: prompt.turnId,
    clientRequestId: prompt.clientRequestId,
    createdAt: new Date(prompt.createdAt).toISOString(),
  };
}

export function toPromptAuthor({ authorKind, authorId }: PromptEntity): MessageAuthor {
  return authorKind === 'user' ? { kind: 'user', userId: authorId ?? '' } : { kind: authorKind };
}

export function toPromptChanged(prompt: PromptEntity): EntryBodyOf<'prompt.changed'> {
  return { type: 'prompt.changed', prompt: toPromptResponse(prompt) };
}
