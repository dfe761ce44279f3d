import { DomainError } from '@codex-webapp/nest-kit';
import type { EntityManager } from 'typeorm';
import type { AppendEntry } from '../history/session-history.ts';
import type { SessionStateService } from '../session-state/session-state.service.ts';
import type { Prompt } from './prompt.entity.ts';

/** @throws prompt.not_found, prompt.already_started */
export function assertQueued(prompt: Prompt | null): asserts prompt is Prompt {
  if (!prompt) throw promptNotFound();
  if (prompt.status === 'queued') return;
  const message =
    prompt.status === 'removed'
      ? 'This prompt was removed from the queue. Send it again.'
      : 'The agent has this prompt already. Interrupt its turn instead.';
  const turnId = prompt.turnId ?? prompt.steeredTurnId;
  throw new DomainError('prompt.already_started', { message, details: { status: prompt.status, turnId } });
}

export function promptNotFound(): DomainError {
  return new DomainError('prompt.not_found', { message: 'There is no such prompt.' });
}

/** Lets the queue of a session that is paused go on. */
export async function unpause(
  sessions: SessionStateService,
  manager: EntityManager,
  append: AppendEntry,
  sessionId: string,
): Promise<void> {
  const body = await sessions.patch(manager, sessionId, { isQueuePaused: false });
  append({ type: 'queue.changed', isPaused: false });
  append(body);
}
