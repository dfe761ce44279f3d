import type {
  AgentControls,
  AgentRequestAnswer,
  AgentRequestResponse,
  MessageListResponse,
  PreparationLogResponse,
  PreparationResponse,
  PromptResponse,
  QueuePromptRequest,
  SessionResponse,
  UpdatePromptRequest,
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
  /** Doing it twice changes it once. */
  updatePrompt(promptId: string, request: UpdatePromptRequest): Promise<PromptResponse>;
  interrupt(turnId: string): Promise<void>;
  /** An answer that came too late resolves with the request as it was answered first. */
  answer(requestId: string, answer: AgentRequestAnswer): Promise<AgentRequestResponse | null>;
  /** Sends an answer that came too late for its agent as a prompt. Doing it twice sends it once. */
  sendKeptAnswer(requestId: string): Promise<AgentRequestResponse>;
  /** Starts the container again after it failed. Absent where the page cannot. */
  startContainer?(): Promise<void>;
  /** Absent where the page cannot. */
  readonly preparation?: PreparationApi;
  /** What can be chosen of each agent. Absent where nobody could change it. */
  listControls?(): Promise<readonly AgentControls[]>;
  updateSession(request: UpdateSessionRequest): Promise<SessionResponse>;
}

/** What can be done about the preparation of the workspace. */
export interface PreparationApi {
  /** Tries once more what failed. */
  retry(): Promise<PreparationResponse>;
  /** Goes on without what is not prepared. */
  skip(): Promise<PreparationResponse>;
  /** All it printed, which only a container that runs can tell. */
  readLog(): Promise<PreparationLogResponse>;
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
