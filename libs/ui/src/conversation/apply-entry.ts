import {
  emptyTurn,
  foldTurnEvent,
  type AgentRequestResponse,
  type Entry,
  type MessageResponse,
  type PromptResponse,
  type TurnEvent,
} from '@codex-webapp/contracts';
import type { ConversationState, OwnPrompt } from './conversation-state.ts';

/** Adds one line of the history. The caller has checked that it is a new one. */
export function applyEntry(state: ConversationState, entry: Entry): ConversationState {
  const { body } = entry;
  switch (body.type) {
    case 'turn.event':
      return applyTurnEvent(state, entry, body.event);
    case 'prompt.changed':
      return applyPrompt(state, body.prompt);
    case 'queue.changed':
      return { ...state, isPaused: body.isPaused };
    case 'message.stored':
      return applyMessage(state, body.message, body.foldsTurnId);
    case 'agent_request.changed':
      return { ...state, requests: withRequest(state.requests, body.request) };
    case 'container.changed':
      return { ...state, container: body.container };
    case 'session.changed':
      return { ...state, session: body.session };
    case 'preparation.changed':
      return { ...state, preparation: body.preparation };
    case 'controls.changed':
      return { ...state, controlsRevision: state.controlsRevision + 1 };
    case 'gap':
      return { ...state, gaps: [...state.gaps, { position: entry.position, reason: body.reason }] };
    default:
      // A newer server may write what we do not know; a newer page will show it.
      return state;
  }
}

function applyTurnEvent(state: ConversationState, entry: Entry, event: TurnEvent): ConversationState {
  const { turnId } = event;
  const index = state.openTurns.findIndex((open) => open.turn.turnId === turnId);
  const found = state.openTurns[index];
  if (found !== undefined) {
    const turn = foldTurnEvent(found.turn, event);
    return turn === found.turn
      ? state
      : { ...state, openTurns: state.openTurns.with(index, { ...found, turn }) };
  }
  // A straggler of a turn whose message is already here: the message stands for it.
  if (state.messages.some((message) => message.role === 'assistant' && message.turnId === turnId))
    return state;
  const turn = foldTurnEvent(emptyTurn(turnId), event);
  const opened = { turn, position: entry.position, startedAt: entry.at };
  const requests = event.type === 'turn.started' ? withoutOldOffers(state.requests, turnId) : state.requests;
  return { ...state, requests, openTurns: [...state.openTurns, opened] };
}

/** With the next turn the conversation has moved on from what an agent asked before it died. */
function withoutOldOffers(
  requests: Readonly<Record<string, AgentRequestResponse>>,
  turnId: string,
): Readonly<Record<string, AgentRequestResponse>> {
  const kept = Object.entries(requests).filter(
    ([, { status, answer, turnId: ofTurn }]) => status !== 'expired' || answer !== null || ofTurn === turnId,
  );
  return Object.fromEntries(kept);
}

function applyPrompt(state: ConversationState, prompt: PromptResponse): ConversationState {
  const isOver = prompt.status === 'done' || prompt.status === 'removed';
  const index = state.prompts.findIndex((known) => known.id === prompt.id);
  const others = state.prompts.filter((known) => known.id !== prompt.id);
  const replaced = index < 0 ? [...state.prompts, prompt] : state.prompts.with(index, prompt);
  return {
    ...state,
    prompts: isOver ? others : replaced.toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0)),
    ownPrompts: state.ownPrompts.filter((own) => !isAbout(own, prompt)),
  };
}

function applyMessage(
  state: ConversationState,
  message: MessageResponse,
  foldsTurnId: string | null,
): ConversationState {
  return {
    ...state,
    messages: mergeMessages(state.messages, [message]),
    openTurns:
      foldsTurnId === null
        ? state.openTurns
        : state.openTurns.filter((open) => open.turn.turnId !== foldsTurnId),
  };
}

/** By position, each id once; the later one of two wins. */
export function mergeMessages(
  known: readonly MessageResponse[],
  added: readonly MessageResponse[],
): readonly MessageResponse[] {
  const last = known.at(-1);
  const [only] = added;
  // The usual case: one new message at the end.
  if (added.length === 1 && only !== undefined && (last === undefined || only.position > last.position)) {
    return known.some((message) => message.id === only.id)
      ? [...known.filter((message) => message.id !== only.id), only]
      : [...known, only];
  }
  const byId = new Map([...known, ...added].map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => a.position - b.position);
}

/** An answer is final, and so is that it was sent: a late word from before does not take it back. */
export function withRequest(
  requests: Readonly<Record<string, AgentRequestResponse>>,
  request: AgentRequestResponse,
): Readonly<Record<string, AgentRequestResponse>> {
  const known = requests[request.id];
  if (known !== undefined && stageOf(known) > stageOf(request)) return requests;
  return { ...requests, [request.id]: request };
}

/** How far a request has come; it only goes on. */
function stageOf({ status, answer, kept }: AgentRequestResponse): number {
  if (status === 'pending') return 0;
  if (status === 'answered') return 1;
  if (kept?.promptId) return 4;
  return answer === null ? 2 : 3;
}

export function isAbout(own: OwnPrompt, prompt: PromptResponse): boolean {
  return own.promptId === prompt.id || own.clientRequestId === prompt.clientRequestId;
}
