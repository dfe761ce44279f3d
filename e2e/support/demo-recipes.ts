import { waitFor, type ApiClient } from './api-client.ts';
import { answer, limiter, longAnswer } from './demo-answers.ts';
import { failStart, holdStart, loseAgent } from './session-accidents.ts';
import { waitForPreparation, waitForSession, type Session } from './wait-for-session.ts';

export interface Recipe {
  readonly title: string;
  readonly agent: 'codex' | 'shell';
  readonly mode?: 'ask-first' | 'full-auto';
  /** Where it does not matter, where the run says. */
  readonly provider?: 'process' | 'manual' | 'dokploy';
  readonly prompts?: readonly string[];
  /** What its workspace begins with. */
  readonly begins?: {
    readonly repository?: { readonly url: string; readonly branch?: string };
    readonly setupScript?: string;
  };
  /** What the session shows once it is in the state it is for; idle when absent. */
  readonly until?: Partial<Session>;
  /** After the prompts were queued. */
  readonly after?: (session: Session, api: ApiClient) => Promise<unknown>;
}

/** The sessions of a busy day, by what they show. */
export const recipes = {
  codex: {
    title: 'Add a rate limiter',
    agent: 'codex',
    prompts: [
      [
        'Please add a rate limiter to the API.',
        'think: I look at what is there first, then write the limiter and its test.',
        'plan: Look around✓ | Write the limiter* | Test it',
        'run: ls -la && git --version',
        `write: src/rate-limiter.ts <<< ${limiter}`,
        'edit: src/rate-limiter.ts |     const left = this.buckets.get(client) ?? 20; |     const left = this.buckets.get(client) ?? this.burst;',
        'plan: Look around✓ | Write the limiter✓ | Test it✓',
        `say: ${answer}`,
      ].join('\n'),
    ],
  },
  pictured: {
    title: 'Find the button',
    agent: 'codex',
    prompts: ['say: Show me what you see.'],
  },
  needsYou: {
    title: 'Migrate the database',
    agent: 'codex',
    mode: 'ask-first',
    prompts: ['say: I need to change the schema.\nrun: touch migrated && echo done\nsay: Done.'],
    until: { status: 'needs-you' },
  },
  needsYouForFile: {
    title: 'Tidy the configuration',
    agent: 'codex',
    mode: 'ask-first',
    prompts: ['write: config/settings.yaml <<< port: 3000\\nhost: localhost\nsay: Done.'],
    until: { status: 'needs-you' },
  },
  agentDied: {
    title: 'Move the old reports',
    agent: 'codex',
    mode: 'ask-first',
    prompts: ['say: I need to move the reports first.\nrun: mv reports archive && ls archive\nsay: Done.'],
    until: { status: 'idle' },
    after: async (session, api) => void (await loseAgent(session, api)),
  },
  answerKept: {
    title: 'Rename the package',
    agent: 'codex',
    mode: 'ask-first',
    prompts: ['say: The name is used in two places.\nrun: sed -i s/old/new/ package.json\nsay: Done.'],
    until: { status: 'idle' },
    after: async (session, api) => {
      const { id, optionId } = await loseAgent(session, api);
      await api.ask('POST', `/sessions/${session.id}/requests/${id}/answer`, { optionId });
    },
  },
  running: {
    title: 'Run the whole test suite',
    agent: 'codex',
    prompts: [
      'say: I run all tests now.\nrun: for i in $(seq 1 900); do echo "ok $i - test number $i"; sleep 1; done',
    ],
    until: { status: 'running' },
  },
  queued: {
    title: 'Nightly build',
    agent: 'shell',
    prompts: [
      'echo building; sleep 900',
      'npm run lint',
      'npm test -- --coverage',
      'npm run deploy -- --environment staging --message "The nightly build of the storefront, with its new checkout"',
    ],
    until: { status: 'running' },
  },
  interrupted: {
    title: 'Count to a thousand',
    agent: 'shell',
    prompts: ['for i in 1 2 3; do echo $i; done; sleep 900', 'echo next'],
    until: { status: 'idle' },
    after: async (session, api) => {
      const turnId = await waitFor('a turn', async () => {
        const { prompts } = await api.ask<{ prompts: { status: string; turnId: string | null }[] }>(
          'GET',
          `/sessions/${session.id}/prompts`,
        );
        return prompts.find(({ status }) => status === 'started')?.turnId;
      });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await api.ask('POST', `/sessions/${session.id}/interrupt`, { turnId });
    },
  },
  limited: {
    title: 'Port the parser',
    agent: 'codex',
    prompts: ['run: ls\nlimit: 90000\nsay: Ported.'],
  },
  turnFailed: {
    title: 'Translate the handbook',
    agent: 'codex',
    prompts: ['say: I begin.\nfail: 400 x50 The model is not available.'],
  },
  shell: {
    title: 'Look at the machine',
    agent: 'shell',
    prompts: ['uname -s && id -u', 'ls --color /no/such/folder', 'seq 1 60'],
  },
  preview: {
    title: 'A page',
    agent: 'shell',
    prompts: [
      `cat > server.js <<'END'
const page = '<!doctype html><meta name=viewport content=width=device-width><meta name=color-scheme content="light dark"><title>Mine</title><h1>Mine</h1><p>It runs in the session.';
require('http').createServer((_, response) => response.setHeader('content-type', 'text/html').end(page)).listen(0, () => console.log('listening'));
END
setsid nohup node server.js > server.log 2>&1 &
until grep -q listening server.log 2>/dev/null; do sleep 0.1; done; cat server.log`,
    ],
  },
  cut: { title: 'List everything', agent: 'shell', prompts: ['seq 1 60000'] },
  long: { title: 'A long story', agent: 'codex', prompts: [`say: ${longAnswer}`] },
  files: {
    title: 'Files of every kind',
    agent: 'shell',
    prompts: [
      [
        'mkdir -p docs src && printf "# Notes\\n\\n- first\\n- second\\n" > notes.md',
        'printf "\\0\\1\\2\\3%.0s" $(seq 1 4000) > picture.bin',
        'head -c 12000000 /dev/zero | tr "\\0" "a" > huge.log',
        'ln -s /etc/hostname link && echo made',
      ].join(' && '),
    ],
  },
  /** A prompt waits for it. */
  preparing: {
    title: 'Upgrade the dependencies',
    agent: 'codex',
    prompts: ['say: Everything is up to date.'],
    begins: { setupScript: 'for i in $(seq 1 40); do echo "added $i packages"; done\nsleep 900\n' },
    until: {},
    after: (session, api) => waitForPreparation(session, api, 'running'),
  },
  /** Nobody listens at this address. */
  unprepared: {
    title: 'Fix the login page',
    agent: 'codex',
    prompts: ['say: Which page?'],
    begins: {
      repository: { url: 'https://127.0.0.1:9/team/storefront.git', branch: 'main' },
      setupScript: 'npm ci\n',
    },
    until: {},
    after: (session, api) => waitForPreparation(session, api, 'failed'),
  },
  prepared: {
    title: 'Describe the project',
    agent: 'codex',
    prompts: ['say: It is a web shop.'],
    begins: { setupScript: 'echo added 312 packages in 4s\n' },
  },
  stopped: {
    title: 'Last week’s experiment',
    agent: 'shell',
    prompts: ['echo the result was 42'],
    until: { status: 'stopped', containerStatus: 'stopped' },
    after: async (session, api) => {
      await waitForSession(api, session.id, { status: 'idle' });
      await api.ask('POST', `/sessions/${session.id}/container/stop`);
    },
  },
  archived: {
    title: 'Old prototype',
    agent: 'shell',
    prompts: ['echo archived'],
    until: { status: 'archived' },
    after: async (session, api) => {
      await waitForSession(api, session.id, { status: 'idle' });
      await api.ask('PATCH', `/sessions/${session.id}`, { isArchived: true });
    },
  },
  /** Its program is held before it can connect. */
  starting: {
    title: 'Fresh workspace',
    agent: 'shell',
    provider: 'process',
    until: { containerStatus: 'creating' },
    after: (session) => holdStart(session.id, 'SIGSTOP'),
  },
  /** Its program is killed before it can connect, as often as it is tried. */
  failed: {
    title: 'Broken image',
    agent: 'shell',
    provider: 'process',
    until: { status: 'failed' },
    after: failStart,
  },
  /** What its page is told of its image, the state says. */
  outdated: { title: 'Weekly report', agent: 'shell', prompts: ['date +%A > report.md && cat report.md'] },
  /** What its page is told of its container, the state says. */
  unseen: { title: 'Tune the slow queries', agent: 'shell', prompts: ['echo 3 indexes are missing'] },
  pulling: inDokploy('Index the archive'),
  behindPull: inDokploy('Compare the price lists'),
  behindThat: inDokploy('Check the translations'),
  lastAtOnce: inDokploy('Rename the endpoints'),
  waiting: inDokploy('Draft the release notes'),
  manual: { title: 'On my own machine', agent: 'shell', provider: 'manual', until: {} },
  empty: { title: 'Nothing said yet', agent: 'codex', until: { containerStatus: 'running' } },
} as const satisfies Readonly<Record<string, Recipe>>;

export type DemoName = keyof typeof recipes;

/** Its start goes on for as long as Dokploy pulls. */
function inDokploy(title: string) {
  return { title, agent: 'shell', provider: 'dokploy', until: { containerStatus: 'creating' } } as const;
}
