import type { MessageResponse, PromptResponse } from '@codex-webapp/contracts';
import type { ConversationState, Gap, OpenTurn, OwnPrompt } from './conversation-state.ts';

/** One thing in the conversation column, in the order in which it is drawn. */
export type TimelineEntry =
  | { readonly kind: 'message'; readonly key: string; readonly message: MessageResponse }
  | { readonly kind: 'turn'; readonly key: string; readonly open: OpenTurn }
  | { readonly kind: 'gap'; readonly key: string; readonly gap: Gap }
  /** Said, but its turn has not begun: it is drawn as the user's message with a note. */
  | { readonly kind: 'prompt'; readonly key: string; readonly prompt: PromptResponse }
  | { readonly kind: 'own'; readonly key: string; readonly own: OwnPrompt };

/** A prompt that waits above the composer. */
export type QueuedPrompt =
  | { readonly kind: 'prompt'; readonly prompt: PromptResponse }
  | { readonly kind: 'own'; readonly own: OwnPrompt };

export interface ConversationView {
  readonly timeline: readonly TimelineEntry[];
  readonly queue: readonly QueuedPrompt[];
  /** The turn that runs now. */
  readonly runningTurn: OpenTurn | null;
}

/** What to draw where. While nothing runs, the prompt that is next stands in the conversation, not in the queue. */
export function toConversationView(state: ConversationState): ConversationView {
  const runningTurn = state.openTurns.findLast((open) => open.turn.outcome === 'running') ?? null;
  const told = new Set(state.messages.map((message) => message.promptId));
  const started = state.prompts.filter((prompt) => prompt.status === 'started' && !told.has(prompt.id));
  const waiting = state.prompts.filter(
    (prompt) => prompt.status === 'queued' || prompt.status === 'delivered',
  );
  const failed = state.ownPrompts.filter((own) => own.state === 'failed');
  const sending = state.ownPrompts.filter((own) => own.state !== 'failed');

  const queue: QueuedPrompt[] = [
    ...waiting.map((prompt) => ({ kind: 'prompt', prompt }) as const),
    ...sending.map((own) => ({ kind: 'own', own }) as const),
  ];
  const isFree = runningTurn === null && started.length === 0 && !state.isPaused;
  const next = isFree ? queue.shift() : undefined;

  return {
    timeline: [
      ...history(state),
      ...started.map((prompt) => promptEntry(prompt)),
      ...(next === undefined ? [] : [next.kind === 'prompt' ? promptEntry(next.prompt) : ownEntry(next.own)]),
      ...failed.map((own) => ownEntry(own)),
    ],
    queue,
    runningTurn,
  };
}

/** Messages are by position already; the few open turns and gaps are put between them. */
function history(state: ConversationState): readonly TimelineEntry[] {
  const extras: { position: number; entry: TimelineEntry }[] = [
    ...state.openTurns.map((open) => ({ position: placeOf(open, state.messages), entry: turnEntry(open) })),
    ...state.gaps.map((gap) => ({ position: gap.position, entry: gapEntry(gap) })),
  ].sort((a, b) => a.position - b.position);

  const timeline: TimelineEntry[] = [];
  let index = 0;
  for (const message of state.messages) {
    for (
      let extra = extras[index];
      extra !== undefined && extra.position < message.position;
      extra = extras[++index]
    ) {
      timeline.push(extra.entry);
    }
    timeline.push({ kind: 'message', key: message.turnId === null ? message.id : turnKey(message), message });
  }
  return [...timeline, ...extras.slice(index).map((extra) => extra.entry)];
}

/** Below what was said into the turn while it ran, where its stored answer will stand too. */
function placeOf({ turn, position }: OpenTurn, messages: readonly MessageResponse[]): number {
  const last = messages.findLast((message) => message.role === 'user' && message.turnId === turn.turnId);
  return Math.max(position, (last?.position ?? 0) + 0.5);
}

/** A stored answer keeps the key of the turn it stands for, so that nothing is drawn anew when the turn ends. */
function turnKey(message: MessageResponse): string {
  return message.role === 'assistant' ? `turn-${message.turnId}` : message.id;
}

function turnEntry(open: OpenTurn): TimelineEntry {
  return { kind: 'turn', key: `turn-${open.turn.turnId}`, open };
}

function gapEntry(gap: Gap): TimelineEntry {
  return { kind: 'gap', key: `gap-${gap.position}`, gap };
}

function promptEntry(prompt: PromptResponse): TimelineEntry {
  return { kind: 'prompt', key: prompt.id, prompt };
}

function ownEntry(own: OwnPrompt): TimelineEntry {
  return { kind: 'own', key: own.clientRequestId, own };
}
