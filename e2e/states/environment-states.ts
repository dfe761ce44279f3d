import type {
  EnvironmentResponse,
  McpServerResponse,
  McpServersResponse,
} from '@codex-webapp/contracts/agent-settings';
import type { Page } from '@playwright/test';
import { type Stage, type State, go, openMenu, openSession } from './state.ts';

const updatedAt = '2026-01-01T12:00:00.000Z';
const nothing = { isReadable: true, updatedAt: null };

const variables: EnvironmentResponse = {
  variables: [
    { name: 'CI', isSecret: false, value: 'true' },
    { name: 'GITHUB_TOKEN', isSecret: true, value: null },
    {
      name: 'STAGING_DATABASE_URL',
      isSecret: false,
      value: 'postgres://staging.internal:5432/shop?sslmode=require',
    },
  ],
  isReadable: true,
  updatedAt,
};

const program: McpServerResponse = {
  name: 'browser',
  isEnabled: true,
  transport: 'stdio',
  command: 'npx',
  args: ['-y', '@playwright/mcp', '--headless'],
  environment: [],
  url: null,
  headers: [],
  notTakenBy: ['shell'],
};
const servers: McpServersResponse = {
  servers: [
    program,
    {
      ...program,
      name: 'tracker',
      transport: 'sse',
      command: null,
      args: [],
      url: 'https://mcp.example.com/sse',
      headers: [{ name: 'Authorization', isSecret: true, value: null }],
      notTakenBy: ['shell', 'codex'],
    },
    { ...program, name: 'database', isEnabled: false, args: ['-y', '@example/postgres-mcp'] },
  ],
  isReadable: true,
  updatedAt,
};

/** Answers of our own: what is really set would be given to the sessions of the other states. */
async function answerWith(
  page: Page,
  environment: EnvironmentResponse | null,
  mcpServers: McpServersResponse | null,
): Promise<void> {
  for (const [what, answer] of [
    ['environment', environment],
    ['mcp-servers', mcpServers],
  ] as const) {
    const pattern = new RegExp(`/api/(settings|sessions/[^/]+)/${what}$`);
    await page.unroute(pattern);
    await page.route(pattern, (route) => (answer === null ? route.abort() : route.fulfill({ json: answer })));
  }
}

async function openEnvironment(stage: Stage): Promise<void> {
  await answerWith(stage.page, variables, servers);
  await go('/settings/environment')(stage);
}

async function openDialog(stage: Stage): Promise<void> {
  await answerWith(stage.page, { ...variables, variables: variables.variables.slice(0, 2) }, servers);
  await openSession('shell')(stage);
  await openMenu(stage);
  await stage.page.getByRole('menuitem', { name: 'Environment…' }).click();
}

/** Variables and MCP servers, of a user and of a session. */
export const environmentStates: readonly State[] = [
  {
    name: 'environment, nothing set',
    phase: 'no-sessions',
    open: async (stage) => {
      await answerWith(stage.page, { variables: [], ...nothing }, { servers: [], ...nothing });
      await go('/settings/environment')(stage);
    },
    shows: (page) => [page.getByText('No variables'), page.getByText('No MCP servers')],
  },
  {
    name: 'environment did not load',
    phase: 'no-sessions',
    open: async (stage) => {
      await answerWith(stage.page, null, null);
      await go('/settings/environment')(stage);
    },
    shows: (page) => [
      page.getByText('The variables did not load'),
      page.getByText('The MCP servers did not load'),
    ],
  },
  {
    name: 'environment that cannot be opened',
    phase: 'no-sessions',
    open: async (stage) => {
      const unreadable = { isReadable: false, updatedAt };
      await answerWith(stage.page, { variables: [], ...unreadable }, { servers: [], ...unreadable });
      await go('/settings/environment')(stage);
    },
    shows: (page) => page.getByText(/cannot open your variables any more/),
  },
  {
    name: 'environment',
    phase: 'no-sessions',
    isInSlice: true,
    open: openEnvironment,
    shows: (page) => [
      page.getByText('GITHUB_TOKEN'),
      page.getByText('For every agent except Shell and Codex.'),
    ],
  },
  {
    name: 'a new variable',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Add variable' }).click();
      const form = stage.page.getByRole('form', { name: 'A new variable' });
      await form.getByLabel('Name').fill('NPM_TOKEN');
      await form.getByLabel('Value').fill('of-nobody');
    },
    shows: (page) => page.getByRole('form', { name: 'A new variable' }).getByRole('button', { name: 'Save' }),
  },
  {
    name: 'a key for ssh',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Add variable' }).click();
      const form = stage.page.getByRole('form', { name: 'A new variable' });
      await form.getByLabel('Name').fill('GIT_SSH_KEY');
      await form.getByLabel('Value').fill('(the first line)\n(the key of nobody)\n(the last line)\n');
    },
    shows: (page) => page.getByText(/The private key that git logs in with over ssh/),
  },
  {
    name: 'a variable of a name that cannot be',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Add variable' }).click();
      await stage.page.getByLabel('Name').fill('OPENAI_API_KEY');
    },
    shows: (page) => page.getByText(/Give it under Settings → Agents/),
  },
  {
    name: 'a secret that stays',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Change GITHUB_TOKEN' }).click();
    },
    shows: (page) => page.getByPlaceholder('Stays as it is'),
  },
  {
    name: 'remove a variable',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Remove GITHUB_TOKEN' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Remove variable' }),
  },
  {
    name: 'a new mcp server',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Add server' }).click();
      const form = stage.page.getByRole('form', { name: 'A new MCP server' });
      await form.getByRole('button', { name: 'Add variable' }).click();
    },
    shows: (page) => page.getByLabel('Name of variable 1'),
  },
  {
    name: 'an mcp server at an address',
    phase: 'no-sessions',
    open: async (stage) => {
      await openEnvironment(stage);
      await stage.page.getByRole('button', { name: 'Change tracker' }).click();
    },
    shows: (page) => page.getByLabel('Name of header 1'),
  },
  {
    name: 'environment of a session',
    phase: 'sessions',
    open: openDialog,
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Change GITHUB_TOKEN' }),
  },
  {
    name: 'a new variable of a session',
    phase: 'sessions',
    open: async (stage) => {
      await openDialog(stage);
      await stage.page.getByRole('dialog').getByRole('button', { name: 'Add variable' }).click();
    },
    shows: (page) => page.getByRole('form', { name: 'A new variable' }),
  },
];
