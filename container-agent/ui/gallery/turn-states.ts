import {
  emptyConversation,
  type ConnectionState,
  type ConversationState,
} from '@codex-webapp/ui/conversation';
import {
  buildAnswer,
  buildMessage,
  buildPrompt,
  buildSession,
  runTurn,
  show,
  type TurnStep,
} from './script.ts';
import { longAnswer, patch, testOutput } from './texts.ts';

export interface GalleryState {
  readonly conversation: ConversationState;
  readonly connection?: ConnectionState;
  /** Which side is shown, for what is in the files. */
  readonly openFile?: string;
}

const ask = () =>
  buildMessage({ text: 'The login test fails on CI since yesterday. Find out why and fix it.' });

const failingRun: TurnStep[] = [
  { type: 'thought.delta', messageId: 't1', text: 'Look at the failing test first, then at what changed.' },
  { type: 'message.delta', messageId: 'm1', text: 'I’ll run the failing test first to see what it says.' },
  {
    type: 'tool.started',
    toolCallId: 'c1',
    kind: 'execute',
    title: 'npm test',
    command: 'npm test -- login.spec.ts',
  },
];

const permissionOptions = [
  { optionId: 'once', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'always', name: 'Allow always', kind: 'allow_always' },
  { optionId: 'deny', name: 'Deny', kind: 'reject_once' },
] as const;

const limitReached =
  'The usage limit of the Codex account is reached. Wait until it resets, or use another account.';
const limitNotice = {
  type: 'notice',
  id: 'n',
  level: 'warning',
  text: 'The usage limit of the Codex account is reached.',
} as const;

function limited(continuesAfterLimit: boolean): GalleryState {
  const limitResetsAt = new Date(2027, 0, 4, 14, 0).toISOString();
  return {
    conversation: show({
      session: buildSession({ continuesAfterLimit, limitResetsAt }),
      messages: [
        ask(),
        buildAnswer({ outcome: 'failed', reason: limitReached, items: [limitNotice], usage: null }),
      ],
    }),
  };
}

/** What is said and done in a conversation. */
export const turnStates: Readonly<Record<string, () => GalleryState>> = {
  loading: () => ({ conversation: emptyConversation }),
  empty: () => ({ conversation: show({}) }),
  'empty-shell': () => ({ conversation: show({ session: buildSession({ agent: 'shell' }) }) }),
  answer: () => ({
    conversation: show({
      nextBefore: 12,
      messages: [
        ask(),
        buildAnswer({
          items: [
            { type: 'thought', id: 't', text: 'The token expires in the past when the clock is **frozen**.' },
            {
              type: 'tool',
              id: 'c1',
              kind: 'execute',
              title: 'npm test',
              command: 'npm test -- login.spec.ts',
              status: 'completed',
              output: testOutput,
              exitCode: 1,
              durationMs: 4_210,
            },
            {
              type: 'tool',
              id: 'c2',
              kind: 'search',
              title: 'Search for “expiresAt” in src',
              status: 'completed',
              output: '',
              durationMs: 120,
            },
            {
              type: 'tool',
              id: 'c3',
              kind: 'edit',
              title: 'Edit src/auth/token.ts',
              status: 'completed',
              output: '',
              durationMs: 38,
              diffs: [{ path: 'src/auth/token.ts', change: 'updated', patch }],
            },
            {
              type: 'tool',
              id: 'c4',
              kind: 'execute',
              title: 'npm test',
              command: 'npm test -- login.spec.ts',
              status: 'completed',
              output: 'PASS src/auth/login.spec.ts\n\nTests: 12 passed, 12 total\n',
              exitCode: 0,
              durationMs: 3_900,
            },
            { type: 'text', id: 'm', text: longAnswer },
          ],
        }),
      ],
    }),
  }),
  streaming: () => ({
    conversation: show({
      session: buildSession({ status: 'running' }),
      messages: [ask()],
      openEntries: runTurn([
        ...failingRun,
        { type: 'tool.delta', toolCallId: 'c1', text: testOutput },
        { type: 'tool.ended', toolCallId: 'c1', status: 'completed', exitCode: 1, durationMs: 4_210 },
        {
          type: 'message.delta',
          messageId: 'm2',
          text: 'The test freezes the clock, but `createToken` reads the **real** time:\n\n```ts\nexport function createToken(userId: string): Token {\n  const issuedAt = Date.now();\n  return { userId, issuedAt, expiresAt: issuedAt + lifetimeMs',
        },
      ]),
    }),
  }),
  'tool-running': () => ({
    conversation: show({
      session: buildSession({ status: 'running', agent: 'shell' }),
      messages: [buildMessage({ text: 'for i in 1 2 3; do echo step $i; sleep 1; done' })],
      openEntries: runTurn(
        [
          {
            type: 'tool.started',
            toolCallId: 'c1',
            kind: 'execute',
            title: 'bash',
            command: 'for i in 1 2 3; do echo step $i; sleep 1; done',
          },
          { type: 'tool.delta', toolCallId: 'c1', text: 'step 1\n\u001b[32mstep 2\u001b[0m\n' },
        ],
        2,
        'shell',
      ),
    }),
  }),
  plan: () => ({
    conversation: show({
      session: buildSession({ status: 'running' }),
      messages: [ask()],
      openEntries: runTurn([
        {
          type: 'plan.updated',
          entries: [
            { content: 'Run the failing test', status: 'completed' },
            { content: 'Find where the expiry is computed', status: 'completed' },
            { content: 'Inject the clock into createToken', status: 'in_progress' },
            { content: 'Run all tests and write down the cause', status: 'pending' },
          ],
        },
        {
          type: 'tool.started',
          toolCallId: 'c3',
          kind: 'edit',
          title: 'Edit 2 files',
          diffs: [
            { path: 'src/auth/token.ts', change: 'updated', patch },
            {
              path: 'src/auth/clock.ts',
              change: 'added',
              patch: '+export interface Clock {\n+  now(): number;\n+}\n',
            },
          ],
        },
      ]),
    }),
  }),
  permission: () => ({
    conversation: show({
      session: buildSession({ status: 'needs-you', permissionMode: 'ask-first' }),
      messages: [ask()],
      openEntries: runTurn([
        {
          type: 'message.delta',
          messageId: 'm1',
          text: 'The cache holds the old build. I want to remove it and build again.',
        },
        {
          type: 'permission.requested',
          agentRequestId: 'r1',
          title: 'Run rm -rf node_modules/.cache',
          detail: 'rm -rf node_modules/.cache && npm run build',
          options: [...permissionOptions],
        },
      ]),
    }),
  }),
  question: () => ({
    conversation: show({
      session: buildSession({ status: 'needs-you' }),
      messages: [ask()],
      openEntries: runTurn([
        {
          type: 'question.asked',
          agentRequestId: 'q1',
          questions: [
            {
              questionId: 'q',
              header: 'Database',
              question: 'Which database should the tests use?',
              options: [
                { label: 'SQLite in a temporary file', description: 'Fast, and close to production.' },
                { label: 'SQLite in memory', description: 'Fastest, but no WAL.' },
              ],
              allowsOther: true,
            },
          ],
        },
      ]),
    }),
  }),
  failed: () => ({
    conversation: show({
      messages: [
        ask(),
        buildAnswer({
          outcome: 'failed',
          reason:
            'The model answered 401: the key is not valid. Put a working key into the session’s credentials and send the message again.',
          items: [
            { type: 'text', id: 'm', text: 'I’ll look at the test.' },
            { type: 'notice', id: 'n', level: 'warning', text: 'The model did not answer; tried 3 times.' },
          ],
          usage: null,
        }),
      ],
    }),
  }),
  limited: () => limited(false),
  'limited-continues': () => limited(true),
  'limited-went-on': () => ({
    conversation: show({
      messages: [
        ask(),
        buildAnswer({ outcome: 'failed', reason: limitReached, items: [limitNotice], usage: null }),
        buildMessage({ text: 'continue', author: { kind: 'system' } }),
        buildAnswer({ items: [{ type: 'text', id: 'm', text: 'Going on with the test.' }] }),
      ],
    }),
  }),
  interrupted: () => ({
    conversation: show({
      isPaused: true,
      prompts: [buildPrompt({ text: 'Then bump the version and write the changelog' })],
      messages: [
        ask(),
        buildAnswer({
          outcome: 'interrupted',
          items: [
            { type: 'text', id: 'm', text: 'I’ll run everything once.' },
            {
              type: 'tool',
              id: 'c',
              kind: 'execute',
              title: '',
              command: 'npm run test:full',
              status: 'interrupted',
              output: 'RUN  v30\n ✓ auth (12)\n',
              exitCode: null,
              durationMs: 61_000,
            },
          ],
          usage: null,
        }),
      ],
    }),
  }),
  queued: () => ({
    conversation: show({
      session: buildSession({ status: 'running' }),
      messages: [ask()],
      openEntries: runTurn(failingRun, 75),
      prompts: [
        buildPrompt({ text: 'Also check that logout clears the cookie' }),
        buildPrompt({
          text: 'Then bump the version, write the changelog and open a pull request with a summary of what was wrong',
        }),
      ],
    }),
  }),
  disconnected: () => ({
    conversation: show({
      session: buildSession({ status: 'running' }),
      messages: [ask()],
      openEntries: runTurn(failingRun),
    }),
    connection: { phase: 'waiting', retryAt: Date.now() + 8_000, showsBanner: true },
  }),
  ended: () => ({
    conversation: show({ messages: [ask()] }),
    connection: { phase: 'ended', reason: 'signed-out', showsBanner: true },
  }),
  'not-sent': () => {
    const base = show({
      messages: [
        ask(),
        buildAnswer({ items: [{ type: 'text', id: 'm', text: 'Done: the clock is injected now.' }] }),
      ],
    });
    const own = {
      clientRequestId: 'o',
      text: 'And the logout test?',
      images: [],
      state: 'failed',
      promptId: null,
      error: 'The server cannot be reached.',
    } as const;
    return { conversation: { ...base, ownPrompts: [own] } };
  },
};
