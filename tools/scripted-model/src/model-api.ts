import type { IncomingHttpHeaders } from 'node:http';

import type { Progress, ToolCall, ToolChoice } from './answer.ts';
import type { EventStream } from './event-stream.ts';

/** One vendor's wire format. A new one is a new folder with one of these, and a line in `model-apis.ts`. */
export interface ModelApi {
  readonly name: string;

  /** Paths are matched by their end, so that any base URL works. */
  accepts(path: string): boolean;

  /** The body of an answer that takes no model, as to a count of tokens; null for all other paths. */
  answerPlainly?(path: string, body: unknown): unknown;

  /** Throws a `BadRequestError` for a body the vendor would refuse. */
  parseRequest(body: unknown, headers: IncomingHttpHeaders): Conversation;

  openAnswer(conversation: Conversation, events: EventStream): Answer;

  /** The body of a refusal as the vendor would write it. */
  toErrorBody(status: number, message: string): unknown;

  /** How the vendor says that the usage limit of an account is reached. Absent: by a 429 like any other. */
  toUsageLimit?(message: string, resetsInSeconds: number): Refusal;
}

export interface Refusal {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a request tells about the script: which one, and how far it has got. */
export interface Conversation extends Progress {
  /** The same for a request and its retries; different for every user message. */
  readonly key: string;
  readonly model: string;
  readonly prompt: string;
  readonly lastOutput: string;
  /** What of the answer the agent has, where it asks for the rest of one that was cut; else empty. */
  readonly saidBefore?: readonly string[];
  readonly chooseTool: ToolChoice;
  /** What the request weighs, for a usage that looks real. */
  readonly inputTokens: number;
}

export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One answer of the model on its way out. Each member resolves when its events are written. */
export interface Answer {
  say(tokens: AsyncIterable<string>): Promise<void>;
  think(tokens: AsyncIterable<string>): Promise<void>;
  call(call: ToolCall): Promise<void>;
  finish(usage: Usage): Promise<void>;
}

export class BadRequestError extends Error {}
