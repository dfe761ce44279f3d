import type {
  AgentControls,
  AgentRequestResponse,
  ContainerResponse,
  Cursor,
  FoldedTurn,
  MessageListResponse,
  MessageResponse,
  PreparationResponse,
  PromptResponse,
  ServerFrame,
  SessionResponse,
} from '@codex-webapp/contracts';

/** A turn that no stored message stands for yet. */
export interface OpenTurn {
  readonly turn: FoldedTurn;
  /** Of its first event; where it stands among the messages. */
  readonly position: number;
  /** Milliseconds since 1970, of its first event as main-server took it. */
  readonly startedAt: number;
}

/** Events that main-server never got. */
export interface Gap {
  readonly position: number;
  readonly reason: string;
}

/** A prompt of this page that main-server has not shown in the history yet. */
export interface OwnPrompt {
  readonly clientRequestId: string;
  readonly text: string;
  readonly images: readonly string[];
  /** `accepted`: stored, its entry is on the way. */
  readonly state: 'sending' | 'accepted' | 'failed';
  readonly promptId: string | null;
  /** Why it failed, in words. */
  readonly error: string | null;
}

/** All that one session's page shows. */
export interface ConversationState {
  /** False until the first snapshot. */
  readonly isLoaded: boolean;
  readonly cursor: Cursor | null;
  readonly session: SessionResponse | null;
  readonly container: ContainerResponse | null;
  /** What the workspace is prepared with, and how far that is; null where nothing was asked for. */
  readonly preparation: PreparationResponse | null;
  /** By position, without holes from the oldest one loaded. */
  readonly messages: readonly MessageResponse[];
  /** Null when there is nothing older. */
  readonly nextBefore: number | null;
  readonly older: 'idle' | 'loading' | 'failed';
  readonly openTurns: readonly OpenTurn[];
  readonly gaps: readonly Gap[];
  /** Those that are not done, as main-server knows them. */
  readonly prompts: readonly PromptResponse[];
  readonly isPaused: boolean;
  /** By id; pending ones, expired ones that can be answered or were, and those answered while the page was open. */
  readonly requests: Readonly<Record<string, AgentRequestResponse>>;
  readonly ownPrompts: readonly OwnPrompt[];
  /** What can be chosen of each agent, as far as the server has told. */
  readonly controls: readonly AgentControls[];
  /** Grows when the server may have more to tell of that. */
  readonly controlsRevision: number;
}

export const emptyConversation: ConversationState = {
  isLoaded: false,
  cursor: null,
  session: null,
  container: null,
  preparation: null,
  messages: [],
  nextBefore: null,
  older: 'idle',
  openTurns: [],
  gaps: [],
  prompts: [],
  isPaused: false,
  requests: {},
  ownPrompts: [],
  controls: [],
  controlsRevision: 0,
};

export type ConversationAction =
  | { readonly type: 'frames.received'; readonly frames: readonly ServerFrame[] }
  | {
      readonly type: 'prompt.sending';
      readonly clientRequestId: string;
      readonly text: string;
      readonly images: readonly string[];
    }
  | { readonly type: 'prompt.accepted'; readonly clientRequestId: string; readonly prompt: PromptResponse }
  | { readonly type: 'prompt.failed'; readonly clientRequestId: string; readonly error: string }
  | { readonly type: 'prompt.discarded'; readonly clientRequestId: string }
  | { readonly type: 'older.requested' }
  /** `before` is what was asked for. */
  | { readonly type: 'older.loaded'; readonly before: number; readonly page: MessageListResponse }
  | { readonly type: 'older.failed'; readonly before: number }
  | { readonly type: 'controls.loaded'; readonly controls: readonly AgentControls[] }
  | { readonly type: 'session.updated'; readonly session: SessionResponse }
  | { readonly type: 'preparation.decided'; readonly preparation: PreparationResponse }
  | { readonly type: 'request.answered'; readonly request: AgentRequestResponse };
