import type { ServerFrame } from '@codex-webapp/contracts/realtime';
import type { ConnectionState } from '../realtime/connection-state.ts';
import { conversationReducer } from './conversation-reducer.ts';
import { emptyConversation, type ConversationAction, type ConversationState } from './conversation-state.ts';

export interface ConversationSnapshot {
  readonly conversation: ConversationState;
  readonly connection: ConnectionState;
}

/** How long frames gather while the page is hidden, where no animation frame comes. */
const hiddenFlushMs = 250;

/** Holds the state of one conversation. Frames that arrive within one animation frame are drawn once. */
export class ConversationStore {
  private snapshot: ConversationSnapshot;
  private frames: ServerFrame[] = [];
  private cancelFlush: (() => void) | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(conversation: ConversationState = emptyConversation) {
    this.snapshot = { conversation, connection: { phase: 'connecting', showsBanner: false } };
  }

  readonly read = (): ConversationSnapshot => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  receive(frame: ServerFrame): void {
    this.frames.push(frame);
    this.cancelFlush ??= schedule(() => this.flush());
  }

  dispatch(action: ConversationAction): void {
    this.flush();
    this.change({ ...this.snapshot, conversation: conversationReducer(this.snapshot.conversation, action) });
  }

  setConnection(connection: ConnectionState): void {
    this.change({ ...this.snapshot, connection });
  }

  /** The state with all that has arrived, drawn or not. */
  current(): ConversationState {
    this.flush();
    return this.snapshot.conversation;
  }

  private flush(): void {
    this.cancelFlush?.();
    this.cancelFlush = null;
    if (this.frames.length === 0) return;
    const { frames } = this;
    this.frames = [];
    const conversation = conversationReducer(this.snapshot.conversation, { type: 'frames.received', frames });
    this.change({ ...this.snapshot, conversation });
  }

  private change(snapshot: ConversationSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.listeners) listener();
  }
}

function schedule(run: () => void): () => void {
  if (typeof requestAnimationFrame === 'undefined' || document.hidden) {
    const timer = setTimeout(run, hiddenFlushMs);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(run);
  return () => cancelAnimationFrame(frame);
}
