import type { TurnOutcome } from '../agents/turn-events.ts';
import type { MessageItem, TurnUsage } from './message-items.ts';

/** Requests of one session's container to the webhooks. */
export const webhookLimits = { perSecond: 50, burst: 200 } as const;

export const messageLimits = {
  /** Characters; the body limit of the webhook is `bodyMaxBytes`. */
  textMaxLength: 200_000,
  itemsMax: 2_000,
  /** Bytes of a webhook body. A turn whose items are larger is cut by container-agent, oldest output first. */
  bodyMaxBytes: 1024 * 1024,
  idempotencyKeyMaxLength: 200,
  pageDefault: 50,
  pageMax: 200,
} as const;

export const messageRoles = ['user', 'assistant', 'system'] as const;
export type MessageRole = (typeof messageRoles)[number];

/** Who wrote it, taken from the credential and never from the payload. */
export type MessageAuthor =
  | { readonly kind: 'user'; readonly userId: string }
  | { readonly kind: 'container' }
  | { readonly kind: 'system' };

/** A stored entry of the conversation. */
export interface MessageResponse {
  readonly id: string;
  readonly sessionId: string;
  /** Its place in the session's history; what comes later is larger. */
  readonly position: number;
  readonly role: MessageRole;
  readonly author: MessageAuthor;
  /** The plain text: what was typed, or what the agent said without its tool calls. */
  readonly text: string;
  /** Images the user gave with it, below the workspace. */
  readonly images?: readonly string[] | undefined;
  readonly items: readonly MessageItem[];
  readonly turnId: string | null;
  readonly promptId: string | null;
  readonly agent: string | null;
  readonly outcome: TurnOutcome | null;
  /** Why the turn failed or was interrupted. */
  readonly reason: string | null;
  readonly usage: TurnUsage | null;
  readonly createdAt: string;
}

/** `GET …/messages` */
export interface ListMessagesRequest {
  /** Those below this position alone; the newest when absent. */
  readonly before?: number;
  /** `messageLimits.pageDefault` when absent. */
  readonly limit?: number;
}

/** A page, oldest first, taken from the newest end. */
export interface MessageListResponse {
  readonly messages: readonly MessageResponse[];
  /** Pass as `before` for the page of older ones; null when there are none. */
  readonly nextBefore: number | null;
}

/**
 * `POST /api/container-webhooks/:sessionId/message` with `Idempotency-Key`.
 * A container may store what its agent said and system lines; `user` makes a prompt that is marked as the container's.
 */
export interface StoreMessageRequest {
  readonly role: MessageRole;
  readonly text: string;
  readonly items?: readonly MessageItem[];
  readonly turnId?: string;
  readonly outcome?: TurnOutcome;
  readonly reason?: string;
  readonly usage?: TurnUsage;
}

/** Who thought of a title: the agent, or nobody, and it is the beginning of a text. */
export const titleSources = ['agent', 'text'] as const;
export type TitleSource = (typeof titleSources)[number];

/** `POST /api/container-webhooks/:sessionId/title`: a suggestion; a title the user chose stays. */
export interface SuggestTitleRequest {
  readonly title: string;
  /** `agent` when absent. One from a `text` names only a session that has no name at all. */
  readonly source?: TitleSource;
}
