import type {
  Entry,
  MessageResponse,
  PromptResponse,
  ServerFrame,
  ServerFrameOf,
} from '@codex-webapp/contracts';
import { applyEntry, isAbout, mergeMessages, withRequest } from './apply-entry.ts';
import {
  emptyConversation,
  type ConversationAction,
  type ConversationState,
  type OwnPrompt,
} from './conversation-state.ts';

/** Pure: the same frames in the same order give the same state, however they were cut and however often re-sent. */
export function conversationReducer(state: ConversationState, action: ConversationAction): ConversationState {
  switch (action.type) {
    case 'frames.received':
      return action.frames.reduce(applyFrame, state);
    case 'prompt.sending': {
      const { clientRequestId, text, images } = action;
      const sending: OwnPrompt = {
        clientRequestId,
        text,
        images,
        state: 'sending',
        promptId: null,
        error: null,
      };
      const others = state.ownPrompts.filter((own) => own.clientRequestId !== clientRequestId);
      return { ...state, ownPrompts: [...others, sending] };
    }
    case 'prompt.accepted':
      return acceptPrompt(state, action.clientRequestId, action.prompt);
    case 'prompt.failed':
      return changeOwn(state, action.clientRequestId, (own) => ({
        ...own,
        state: 'failed',
        error: action.error,
      }));
    case 'prompt.discarded':
      return withoutOwn(state, action.clientRequestId);
    case 'older.requested':
      return { ...state, older: 'loading' };
    case 'older.loaded':
      // A snapshot came in between: what is shown does not begin there any more.
      if (action.before !== state.nextBefore) return state;
      return {
        ...state,
        older: 'idle',
        messages: mergeMessages(action.page.messages, state.messages),
        nextBefore: action.page.nextBefore,
      };
    case 'older.failed':
      return action.before === state.nextBefore ? { ...state, older: 'failed' } : state;
    case 'controls.loaded':
      return { ...state, controls: action.controls };
    case 'session.updated':
      return { ...state, session: action.session };
    case 'preparation.decided':
      // Its entry may have come first, and more since.
      return (state.preparation?.attempt ?? 0) >= action.preparation.attempt
        ? state
        : { ...state, preparation: action.preparation };
    case 'request.answered':
      return { ...state, requests: withRequest(state.requests, action.request) };
    default:
      return action satisfies never;
  }
}

function applyFrame(state: ConversationState, frame: ServerFrame): ConversationState {
  switch (frame.type) {
    case 'snapshot':
      return fromSnapshot(state, frame);
    case 'entries':
      return frame.entries.reduce(applyNewEntry, state);
    case 'reset':
      // The snapshot follows. What is shown stays until then; only its cursor means nothing any more.
      return { ...state, cursor: null };
    case 'container.progress':
      return { ...state, container: frame.container };
    case 'preparation.progress':
      return { ...state, preparation: frame.preparation };
    case 'hello':
    case 'error':
      return state;
    default:
      return frame satisfies never;
  }
}

function applyNewEntry(state: ConversationState, entry: Entry): ConversationState {
  const { cursor } = state;
  if (cursor === null || entry.position <= cursor.position) return state;
  return { ...applyEntry(state, entry), cursor: { ...cursor, position: entry.position } };
}

function fromSnapshot(state: ConversationState, frame: ServerFrameOf<'snapshot'>): ConversationState {
  const { cursor, session, container, messages, nextBefore, prompts, isPaused } = frame;
  const older = olderThan(state.messages, messages[0]);
  const base: ConversationState = {
    ...emptyConversation,
    isLoaded: true,
    cursor,
    session,
    container,
    messages: [...older, ...messages],
    nextBefore: older.length === 0 ? nextBefore : state.nextBefore,
    older: older.length === 0 ? 'idle' : state.older,
    prompts,
    isPaused,
    preparation: frame.preparation ?? null,
    requests: Object.fromEntries(frame.requests.map((request) => [request.id, request])),
    ownPrompts: state.ownPrompts.filter((own) => isStillOpen(own, prompts)),
    controls: state.controls,
    // What was told meanwhile is not among the entries.
    controlsRevision: state.controlsRevision + 1,
  };
  return frame.openEntries.reduce(applyEntry, base);
}

/**
 * What stands above a snapshot whose first message is known: whoever reads there goes on reading. A history differs from
 * another one at its end alone, so what came before a message of both is the same.
 */
function olderThan(
  known: readonly MessageResponse[],
  first: MessageResponse | undefined,
): readonly MessageResponse[] {
  const index = known.findIndex(({ id, position }) => id === first?.id && position === first.position);
  return known.slice(0, Math.max(index, 0));
}

/** Whether an own prompt is not yet told by a snapshot. An accepted one that is not among the open ones is done. */
function isStillOpen(own: OwnPrompt, prompts: readonly PromptResponse[]): boolean {
  if (own.state === 'accepted') return false;
  return !prompts.some((prompt) => isAbout(own, prompt));
}

function acceptPrompt(
  state: ConversationState,
  clientRequestId: string,
  prompt: PromptResponse,
): ConversationState {
  const isTold =
    prompt.status === 'done' ||
    prompt.status === 'removed' ||
    state.prompts.some((known) => known.id === prompt.id) ||
    state.messages.some((message) => message.promptId === prompt.id);
  if (isTold) return withoutOwn(state, clientRequestId);
  return changeOwn(state, clientRequestId, (own) => ({
    ...own,
    state: 'accepted',
    promptId: prompt.id,
    error: null,
  }));
}

function changeOwn(
  state: ConversationState,
  clientRequestId: string,
  change: (own: OwnPrompt) => OwnPrompt,
): ConversationState {
  const index = state.ownPrompts.findIndex((own) => own.clientRequestId === clientRequestId);
  const own = state.ownPrompts[index];
  if (own === undefined) return state;
  return { ...state, ownPrompts: state.ownPrompts.with(index, change(own)) };
}

function withoutOwn(state: ConversationState, clientRequestId: string): ConversationState {
  const ownPrompts = state.ownPrompts.filter((own) => own.clientRequestId !== clientRequestId);
  return ownPrompts.length === state.ownPrompts.length ? state : { ...state, ownPrompts };
}
