import type { EntryBodyOf, MessageAuthor, PromptResponse } from '@codex-webapp/contracts';
import type { Prompt } from './prompt.entity.ts';

export function toPromptResponse(prompt: Prompt): PromptResponse {
  return {
    id: prompt.id,
    sessionId: prompt.sessionId,
    text: prompt.text,
    ...(prompt.images === null ? {} : { images: prompt.images }),
    status: prompt.status,
    author: toPromptAuthor(prompt),
    turnId: prompt.turnId ?? prompt.steeredTurnId,
    clientRequestId: prompt.clientRequestId,
    place: prompt.place,
    createdAt: new Date(prompt.createdAt).toISOString(),
  };
}

export function toPromptAuthor({ authorKind, authorId }: Prompt): MessageAuthor {
  return authorKind === 'user' ? { kind: 'user', userId: authorId ?? '' } : { kind: authorKind };
}

export function toPromptChanged(prompt: Prompt): EntryBodyOf<'prompt.changed'> {
  return { type: 'prompt.changed', prompt: toPromptResponse(prompt) };
}
