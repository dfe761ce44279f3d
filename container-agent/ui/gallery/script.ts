import type {
  AgentRequestResponse,
  ContainerResponse,
  Entry,
  MessageResponse,
  PromptResponse,
  ServerFrameOf,
  SessionResponse,
  TurnEvent,
} from '@codex-webapp/contracts';
import {
  conversationReducer,
  emptyConversation,
  type ConversationState,
} from '@codex-webapp/ui/conversation';

const at = '2026-11-22T10:00:00.000Z';
const sessionId = 'gallery';

export function buildSession(overrides: Partial<SessionResponse> = {}): SessionResponse {
  return {
    id: sessionId,
    title: 'Gallery',
    agent: 'codex',
    permissionMode: 'full-auto',
    model: null,
    effort: null,
    status: 'idle',
    provider: 'docker',
    size: 'medium',
    internet: true,
    containerStatus: 'running',
    reason: null,
    origin: 'http://gallery.localhost',
    isKeptRunning: false,
    continuesAfterLimit: false,
    limitResetsAt: null,
    archivedAt: null,
    createdAt: at,
    lastActivityAt: at,
    ...overrides,
  };
}

export function buildContainer(
  overrides: Partial<ContainerResponse> = {},
): ServerFrameOf<'snapshot'>['container'] {
  const { steps = [], ...rest } = overrides;
  return {
    sessionId,
    provider: 'docker',
    status: 'running',
    generation: 1,
    isConnected: true,
    reason: null,
    startedAt: at,
    image: null,
    isOutdated: false,
    ...rest,
    steps: [...steps],
  };
}

let nextPosition = 1;

export function buildMessage(
  overrides: Partial<MessageResponse>,
): ServerFrameOf<'snapshot'>['messages'][number] {
  const position = nextPosition++;
  const { items = [], ...rest } = overrides;
  return {
    id: `message-${position}`,
    sessionId,
    position,
    role: 'user',
    author: { kind: 'user', userId: 'ada' },
    text: '',
    turnId: null,
    promptId: null,
    agent: null,
    outcome: null,
    reason: null,
    usage: null,
    createdAt: at,
    ...rest,
    items: [...items],
  };
}

export function buildAnswer(
  overrides: Partial<MessageResponse>,
): ServerFrameOf<'snapshot'>['messages'][number] {
  const turnId = `turn-${nextPosition}`;
  return buildMessage({
    role: 'assistant',
    author: { kind: 'container' },
    agent: 'codex',
    outcome: 'completed',
    turnId,
    usage: { inputTokens: 18_200, outputTokens: 940, contextTokens: 24_000, contextWindow: 272_000 },
    ...overrides,
  });
}

export function buildPrompt(overrides: Partial<PromptResponse>): PromptResponse {
  return {
    id: `prompt-${nextPosition++}`,
    sessionId,
    text: '',
    status: 'queued',
    author: { kind: 'user', userId: 'ada' },
    turnId: null,
    clientRequestId: null,
    createdAt: at,
    ...overrides,
  };
}

export type TurnStep = TurnEvent extends infer E
  ? E extends { turnId: string }
    ? Omit<E, 'turnId'>
    : never
  : never;

/** The entries of a turn that runs, begun some seconds ago. */
export function runTurn(steps: readonly TurnStep[], secondsAgo = 14, agent = 'codex'): Entry[] {
  const turnId = 'turn-live';
  const started: TurnEvent = { type: 'turn.started', turnId, promptId: 'prompt-live', agent };
  const events = [started, ...steps.map((step) => ({ ...step, turnId }))];
  return events.map((event) => ({
    position: nextPosition++,
    at: Date.now() - secondsAgo * 1_000,
    body: { type: 'turn.event', event },
  }));
}

export type Shown = Partial<
  Pick<
    ServerFrameOf<'snapshot'>,
    'messages' | 'openEntries' | 'nextBefore' | 'isPaused' | 'session' | 'container'
  >
> & {
  readonly prompts?: readonly PromptResponse[];
  readonly requests?: readonly AgentRequestResponse[];
};

export function show(shown: Shown): ConversationState {
  const { prompts = [], requests = [], ...rest } = shown;
  return conversationReducer(emptyConversation, {
    type: 'frames.received',
    frames: [
      {
        type: 'snapshot',
        cursor: { epoch: 'gallery', position: nextPosition },
        session: buildSession(),
        container: buildContainer(),
        messages: [],
        nextBefore: null,
        openEntries: [],
        isPaused: false,
        ...rest,
        prompts: [...prompts],
        requests: requests.map((request) => ({
          ...request,
          diffs: [...request.diffs],
          options: [...request.options],
          questions: [...request.questions],
          answer: null,
        })),
      },
    ],
  });
}
