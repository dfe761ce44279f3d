import { z } from 'zod';
import type { FileDiff, PermissionOption, Question } from '../agents/turn-events.ts';

/**
 * What an agent waits for: a permission, or an answer to a question. A row from the moment it is asked.
 * `expired`: the agent died first; it can still be answered, and the answer is kept.
 */
export const agentRequestStatuses = ['pending', 'answered', 'withdrawn', 'expired'] as const;
export type AgentRequestStatus = (typeof agentRequestStatuses)[number];

/** A chosen option, or an answer per question (several labels, or a text of one's own). */
export const agentRequestAnswerSchema = z.union([
  z.strictObject({ optionId: z.string().min(1).max(128) }),
  z.strictObject({
    answers: z.record(z.string().max(128), z.array(z.string().max(4_000)).max(20)),
  }),
]);
export type AgentRequestAnswer = z.infer<typeof agentRequestAnswerSchema>;

export interface AgentRequestResponse {
  readonly id: string;
  readonly sessionId: string;
  readonly turnId: string;
  readonly kind: 'permission' | 'question';
  readonly title: string;
  readonly detail: string | null;
  readonly toolCallId: string | null;
  readonly diffs: readonly FileDiff[];
  /** Of a permission request. */
  readonly options: readonly PermissionOption[];
  /** Of a question. */
  readonly questions: readonly Question[];
  readonly status: AgentRequestStatus;
  readonly answer: AgentRequestAnswer | null;
  /** The user who answered. */
  readonly decidedBy: string | null;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  /** Of an expired one that was answered: what becomes of the answer. Missing in what an older server wrote. */
  readonly kept?: KeptAnswer | null | undefined;
}

/** An answer the agent never got. `POST …/requests/:requestId/send-as-prompt` sends it, once. */
export interface KeptAnswer {
  /** The prompt it makes. */
  readonly text: string;
  /** The prompt it was sent as; null until then. */
  readonly promptId: string | null;
}

/** `POST /api/sessions/:id/requests/:requestId/answer`: `optionId` for a permission, `answers` for a question. */
export interface AnswerAgentRequestRequest {
  readonly optionId?: string;
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}

export interface AgentRequestListResponse {
  readonly requests: readonly AgentRequestResponse[];
}
