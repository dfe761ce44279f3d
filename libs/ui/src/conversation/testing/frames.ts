import type {
  AgentRequestResponse,
  Entry,
  EntryBody,
  MessageResponse,
  PromptResponse,
  ServerFrameOf,
} from '@codex-webapp/contracts';

const at = '2026-11-22T10:00:00.000Z';
type Snapshot = ServerFrameOf<'snapshot'>;

export function buildMessage(overrides: Partial<MessageResponse> = {}): Snapshot['messages'][number] {
  const { items = [], ...rest } = overrides;
  return {
    id: 'message-1',
    sessionId: 'session-1',
    position: 1,
    role: 'user',
    author: { kind: 'user', userId: 'ada' },
    text: 'hello',
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

export function buildPrompt(overrides: Partial<PromptResponse> = {}): PromptResponse {
  return {
    id: 'prompt-1',
    sessionId: 'session-1',
    text: 'hello',
    status: 'queued',
    author: { kind: 'user', userId: 'ada' },
    turnId: null,
    clientRequestId: null,
    createdAt: at,
    ...overrides,
  };
}

export function buildRequest(overrides: Partial<AgentRequestResponse> = {}): Snapshot['requests'][number] {
  return {
    id: 'request-1',
    sessionId: 'session-1',
    turnId: 'turn-1',
    kind: 'permission',
    title: 'Run rm',
    detail: null,
    toolCallId: null,
    status: 'pending',
    answer: null,
    decidedBy: null,
    createdAt: at,
    answeredAt: null,
    ...(overrides as Partial<Snapshot['requests'][number]>),
    diffs: [],
    options: [],
    questions: [],
  };
}

export function buildEntry(position: number, body: EntryBody): Entry {
  return { position, at: 1_000 + position, body };
}

export function buildSnapshot(overrides: Partial<Snapshot> = {}): Snapshot {
  return {
    type: 'snapshot',
    cursor: { epoch: 'e.1', position: 0 },
    session: {
      id: 'session-1',
      title: 'Session',
      agent: 'codex',
      permissionMode: 'full-auto',
      model: null,
      effort: null,
      status: 'idle',
      provider: 'process',
      size: 'medium',
      internet: true,
      containerStatus: 'running',
      reason: null,
      origin: 'http://label.localhost:3000',
      isKeptRunning: false,
      continuesAfterLimit: false,
      limitResetsAt: null,
      archivedAt: null,
      createdAt: at,
      lastActivityAt: at,
    },
    container: {
      sessionId: 'session-1',
      provider: 'process',
      status: 'running',
      generation: 1,
      isConnected: true,
      reason: null,
      steps: [],
      startedAt: at,
      image: null,
      isOutdated: false,
    },
    messages: [],
    nextBefore: null,
    openEntries: [],
    prompts: [],
    isPaused: false,
    requests: [],
    ...overrides,
  };
}
