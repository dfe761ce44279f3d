import type { MessageAuthor } from '../messages/messages.requests.ts';

export const promptLimits = {
  textMinLength: 1,
  textMaxLength: 100_000,
  clientRequestIdMaxLength: 100,
  /** Prompts of one session that wait at the most. */
  queuedMax: 50,
} as const;

/**
 * `queued`: waits. `delivered`: sent to the container, not yet begun. `started`: its turn runs.
 * `done`: its turn ended. `removed`: taken back before it began.
 */
export const promptStatuses = ['queued', 'delivered', 'started', 'done', 'removed'] as const;
export type PromptStatus = (typeof promptStatuses)[number];

export interface PromptResponse {
  readonly id: string;
  readonly sessionId: string;
  readonly text: string;
  readonly status: PromptStatus;
  readonly author: MessageAuthor;
  /** The turn that answers it, known once it was delivered. */
  readonly turnId: string | null;
  /** The id the client gave it; the same id queued twice is one prompt. */
  readonly clientRequestId: string | null;
  readonly createdAt: string;
}

/** `POST /api/sessions/:id/messages`, and `POST /api/messages` on a session origin and in container-agent. */
export interface QueuePromptRequest {
  readonly text: string;
  /** Makes a repeated POST one prompt. */
  readonly clientRequestId?: string;
}

export interface PromptListResponse {
  readonly prompts: readonly PromptResponse[];
  /** After an interrupt the queue waits until the user sends something or resumes it. */
  readonly isPaused: boolean;
}

/** `POST /api/sessions/:id/interrupt` */
export interface InterruptRequest {
  readonly turnId: string;
}
