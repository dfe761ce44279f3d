import type {
  AgentRequestAnswer,
  AgentRequestResponse,
  MessageListResponse,
  PromptResponse,
  QueuePromptRequest,
  SessionResponse,
  UpdateSessionRequest,
} from '@codex-webapp/contracts';
import type { ClientFrame, Cursor, ServerFrame } from '@codex-webapp/contracts/realtime';
import type { ConnectionState } from '../realtime/connection-state.ts';

/** The conversation's REST calls. A rejection is an `Error` whose message is for people. */
export interface ConversationApi {
  /** The page of messages before a position. */
  listMessages(before: number): Promise<MessageListResponse>;
  /** The same `clientRequestId` twice is one prompt, so a call may be repeated. */
  queuePrompt(request: QueuePromptRequest): Promise<PromptResponse>;
  interrupt(turnId: string): Promise<void>;
  /** An answer that came too late resolves with the request as it was answered first. */
  answer(requestId: string, answer: AgentRequestAnswer): Promise<AgentRequestResponse | null>;
  /** Sends an answer that came too late for its agent as a prompt. Doing it twice sends it once. */
  sendKeptAnswer(requestId: string): Promise<AgentRequestResponse>;
  /** Starts the container again after it failed. Absent where the page cannot. */
  startContainer?(): Promise<void>;
  updateSession(request: UpdateSessionRequest): Promise<SessionResponse>;
}

/** A call that reached no server, or one that could not serve it now: worth another try. */
export class UnavailableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnavailableError';
  }
}

export interface SourceListener {
  readonly cursor: () => Cursor | null;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: ConnectionState) => void;
}

/** Where frames come from: the session's socket, or, run by hand, asking again and again. */
export interface ConversationSource {
  start(): void;
  stop(): void;
  /** False when it could not be sent. */
  send(frame: ClientFrame): boolean;
  retryNow(): void;
}

export type OpenSource = (listener: SourceListener) => ConversationSource;
