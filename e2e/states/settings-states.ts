import { type Stage, type State, go } from './state.ts';

/** Some agents with logins, none of which works: those that work here come from the server. */
async function openAgents(stage: Stage): Promise<void> {
  await stage.page.unroute('**/api/credentials');
  await go('/settings/agents')(stage);
  await stage.page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const save = (what: string, body: object) =>
      fetch(`/api/credentials/${what}`, { method: 'PUT', headers, body: JSON.stringify(body) });
    await save('opencode/api-key', {
      secret: 'sk-of-a-gateway-0123456789',
      baseUrl: 'http://10.0.0.1:8080/v1',
      model: 'large-1',
    });
    await save('claude/access-token', { secret: 'token-of-a-subscription-abcd' });
    await save('claude/auth-file', { files: [{ content: '{"claudeAiOauth":{}}' }] });
  });
  await stage.page.reload();
}

/** Settings of a user and of the installation. */
export const settingsStates: readonly State[] = [
  {
    name: 'settings',
    phase: 'sessions',
    open: go('/settings'),
    shows: (page) => page.getByRole('button', { name: /^Revoke/ }).first(),
  },
  {
    name: 'new token',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page.getByRole('button', { name: 'New token' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Create token' }),
  },
  {
    name: 'token shown once',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page.getByRole('button', { name: 'New token' }).click();
      const dialog = stage.page.getByRole('dialog');
      await dialog.getByLabel('Name').fill(`Backup on ${stage.viewport}`);
      await dialog.getByRole('button', { name: 'Create token' }).click();
    },
    shows: (page) => page.getByLabel('Secret of the token'),
  },
  {
    name: 'revoke a token',
    phase: 'sessions',
    open: async (stage) => {
      await go('/settings')(stage);
      await stage.page
        .getByRole('button', { name: /^Revoke/ })
        .first()
        .click();
    },
    shows: (page) => page.getByRole('button', { name: 'Revoke token' }),
  },
  {
    name: 'agents without a login',
    phase: 'no-sessions',
    open: go('/settings/agents'),
    shows: (page) => page.getByRole('button', { name: 'Log in… to Codex in the browser' }),
  },
  {
    name: 'agents did not load',
    phase: 'no-sessions',
    open: async (stage) => {
      await stage.page.route('**/api/credentials', (route) => route.abort());
      await go('/settings/agents')(stage);
    },
    shows: (page) => page.getByText('The logins did not load'),
  },
  {
    name: 'agents',
    phase: 'sessions',
    isInSlice: true,
    open: openAgents,
    shows: (page) => page.getByText('Set', { exact: true }).first(),
  },
  {
    name: 'key tested',
    phase: 'sessions',
    open: async (stage) => {
      await openAgents(stage);
      await stage.page.getByRole('button', { name: 'Test the login of OpenCode' }).click();
    },
    shows: (page) => page.getByText(/is not on the internet/),
  },
  {
    name: 'log an agent in',
    phase: 'sessions',
    open: async (stage) => {
      await openAgents(stage);
      await stage.page.getByRole('button', { name: 'Change the login of Claude Code' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByLabel('Token', { exact: true }),
  },
  {
    name: 'log an agent in by a file',
    phase: 'sessions',
    open: async (stage) => {
      await openAgents(stage);
      await stage.page.getByRole('button', { name: 'Log Gemini CLI in' }).click();
      await stage.page.getByRole('radio', { name: /Login file/ }).check({ force: true });
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Choose the file…' }),
  },
  {
    name: 'log another agent in',
    phase: 'sessions',
    open: async (stage) => {
      await openAgents(stage);
      await stage.page.getByRole('button', { name: 'Another agent' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByLabel('Variable'),
  },
  {
    name: 'remove a login',
    phase: 'sessions',
    open: async (stage) => {
      await openAgents(stage);
      await stage.page.getByRole('button', { name: 'Remove the API key of OpenCode' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Remove' }),
  },
  {
    name: 'dokploy',
    phase: 'no-sessions',
    open: go('/admin/dokploy'),
    shows: (page) => [
      page.getByText('Not set up'),
      page.getByText(/cannot take capabilities away, limit processes or make the root file system read-only/),
    ],
  },
  {
    name: 'dokploy test',
    phase: 'no-sessions',
    open: async (stage) => {
      await go('/admin/dokploy')(stage);
      const { page } = stage;
      // Nobody listens there.
      await page.getByLabel('Address', { exact: true }).fill('http://127.0.0.1:9');
      await page.getByLabel('API key').fill('a-key');
      await page.getByLabel('Image of sessions').fill('codex-session');
      await page.getByRole('button', { name: 'Test connection' }).click();
      const result = page.getByRole('status', { name: 'Result of the test' });
      await result.scrollIntoViewIfNeeded();
    },
    shows: (page) => [page.getByText('127.0.0.1:9 does not answer'), page.getByText('names no registry')],
  },
  {
    name: 'users',
    phase: 'sessions',
    open: go('/admin/users'),
    shows: (page) => page.getByRole('button', { name: 'Add user' }),
  },
  {
    name: 'new user',
    phase: 'sessions',
    open: async (stage) => {
      await go('/admin/users')(stage);
      await stage.page.getByRole('button', { name: 'Add user' }).click();
    },
    shows: (page) => page.getByRole('dialog').getByLabel('Role'),
  },
];
