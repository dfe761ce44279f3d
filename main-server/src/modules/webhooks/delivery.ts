import { createHash } from 'node:crypto';
import {
  messageItemSchema,
  messageLimits,
  turnUsageSchema,
  type StoreMessageRequest,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';
import type { MessageDelivery } from '../messages/messages.service.ts';

/** @throws message.key_missing */
export function toDelivery(key: string | undefined, request: StoreMessageRequest): MessageDelivery {
  if (key === undefined || key === '' || key.length > messageLimits.idempotencyKeyMaxLength) {
    throw new DomainError('message.key_missing', {
      message: `Send an Idempotency-Key of 1 to ${messageLimits.idempotencyKeyMaxLength} characters: the same for each try of one message.`,
    });
  }
  return { idempotencyKey: key, bodyHash: hashOf(request) };
}

const richPartsSchema = z.object({
  items: z.array(messageItemSchema).optional(),
  usage: turnUsageSchema.optional(),
});

/** The parts that have a schema of their own. @throws request.invalid naming the field */
export function parseRichParts(request: StoreMessageRequest): z.output<typeof richPartsSchema> {
  const parsed = richPartsSchema.safeParse({ items: request.items, usage: request.usage });
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .slice(0, 10)
    .map(({ path, message }) => ({ field: path.join('.'), problems: [message] }));
  throw new DomainError('request.invalid', {
    message: `${fields[0]?.field}: ${fields[0]?.problems[0]}`,
    details: { fields },
  });
}

/** Names a prompt that a container posts, so that a repeated POST is one prompt. */
export function toClientRequestId({ idempotencyKey }: MessageDelivery): string {
  return `webhook-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32)}`;
}

function hashOf({ role, text, items, turnId, outcome, reason, usage }: StoreMessageRequest): string {
  const body = JSON.stringify([
    role,
    text,
    items ?? null,
    turnId ?? null,
    outcome ?? null,
    reason ?? null,
    usage ?? null,
  ]);
  return createHash('sha256').update(body).digest('hex');
}
