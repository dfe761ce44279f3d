import type { AgentRequestResponse } from '../agent-requests/agent-requests.ts';
import type { MessageAuthor, MessageResponse } from '../messages/messages.requests.ts';

export const promptLimits = {
  textMinLength: 1,
  textMaxLength: 100_000,
  clientRequestIdMaxLength: 100,
  /** Prompts of one session that wait at the most. */
  queuedMax: 50,
  /** Seconds an answer waits for the end of a turn at the most. */
  waitMaxSeconds: 300,
  /** Images that go with one prompt. */
  imagesMax: 10,
} as const;

/**
 * `queued`: waits. `delivered`: sent to the container, as a turn of its own or into the running one, not yet begun.
 * `started`: its turn runs.
 * `done`: its turn ended. `removed`: taken back before it began.
 */
export const promptStatuses = ['queued', 'delivered', 'started', 'done', 'removed'] as const;
export type PromptStatus = (typeof promptStatuses)[number];

export interface PromptResponse {
  readonly id: string;
  readonly sessionId: string;
  readonly text: string;
  /** Images that go with it, below the workspace. Missing in what an older server wrote. */
  readonly images?: readonly string[] | undefined;
  readonly status: PromptStatus;
  readonly author: MessageAuthor;
  /** The turn that answers it, known once it was delivered. */
  readonly turnId: string | null;
  /** The id the client gave it; the same id queued twice is one prompt. */
  readonly clientRequestId: string | null;
  /** In the queue; smaller comes first. Missing in what an older server wrote. */
  readonly place?: number | undefined;
  readonly createdAt: string;
}

/** `POST …/messages` and `GET …/prompts/:promptId` */
export interface PromptWaitRequest {
  /**
   * Seconds. The answer waits so long for the end of the turn, or until the agent asks something: then it waits for a
   * human, and not for the caller.
   */
  readonly wait?: number;
}

/** The prompt, and what came of it so far. */
export interface PromptOutcomeResponse extends PromptResponse {
  /** What the agent answered; null while it works. */
  readonly message: MessageResponse | null;
  /** What the agent asks and waits for. */
  readonly requests: readonly AgentRequestResponse[];
}

/** `PATCH /api/sessions/:id/prompts/:promptId`: another text, another place, or both; only while it is queued. */
export interface UpdatePromptRequest {
  readonly text?: string;
  /**
   * The text that is meant to be replaced. Another one by now is `prompt.changed`, unless it is `text` already. Without it
   * the last writer wins.
   */
  readonly ifText?: string;
  /** The queued prompt it goes before; null for the end. */
  readonly beforePromptId?: string | null;
}

/** `POST /api/sessions/:id/messages`, and `POST /api/messages` on a session origin and in container-agent. */
export interface QueuePromptRequest {
  readonly text: string;
  /** Makes a repeated POST one prompt. */
  readonly clientRequestId?: string;
  /** Images to look at with the text, put into the workspace before: `.attachments/<id>/<name>`. */
  readonly images?: readonly string[];
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
