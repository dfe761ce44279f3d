import type { MessageResponse } from '@codex-webapp/contracts';
import { toAuthor } from './message-author.ts';
import type { MessageEntity } from './message.entity.ts';

export function toMessageResponse(message: MessageEntity): MessageResponse {
  return {
    id: message.id,
    sessionId: message.sessionId,
    position: message.position,
    role: message.role,
    author: toAuthor(message),
    text: message.text,
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
