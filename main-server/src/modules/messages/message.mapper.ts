import type { MessageResponse } from '@codex-webapp/contracts';
import { toAuthor } from './message-author.ts';
import type { Message } from './message.entity.ts';

export function toMessageResponse(message: Message): MessageResponse {
  return {
    id: message.id,
    sessionId: message.sessionId,
    position: message.position,
    role: message.role,
    author: toAuthor(message),
    text: message.text,
    ...(message.images === null ? {} : { images: message.images }),
    items: message.items,
    turnId: message.turnId,
    promptId: message.promptId,
    agent: message.agent,
    outcome: message.outcome,
    reason: message.reason,
    usage: message.usage,
    createdAt: new Date(message.createdAt).toISOString(),
  };
}
