import type { DeviceLoginResponse } from '@codex-webapp/contracts/credentials';
import { type Stage, type State, go } from './state.ts';

const startedAt = new Date();
const begun: DeviceLoginResponse = {
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  agent: 'codex',
  state: 'running',
  message: null,
  link: null,
  code: null,
  screen: [],
  takesInput: false,
  version: 1,
  kind: null,
  test: null,
  startedAt: startedAt.toISOString(),
  endsAt: new Date(startedAt.getTime() + 15 * 60_000).toISOString(),
};

/** What the server says of a login that the makers would have to take part in. */
const openLogin = (name: string, login: Partial<DeviceLoginResponse>) => async (stage: Stage) => {
  const { page } = stage;
  const json = { ...begun, ...login };
  await page.route(/\/api\/credentials\/\w+\/login(\?|$)/, async (route) => {
    // Whoever waits for news goes on waiting.
    if (route.request().method() === 'GET') return;
    await route.fulfill({ json });
  });
  await go('/settings/agents')(stage);
  await page.getByRole('button', { name: `Log in… to ${name} in the browser` }).click();
};

/** Logins that an agent's own program makes. */
export const deviceLoginStates: readonly State[] = [
  {
    name: 'device login with a code',
    phase: 'sessions',
    open: openLogin('Codex', {
      link: 'https://auth.openai.com/codex/device',
      code: 'WDJB-MJHT7',
      screen: [
        'Welcome to Codex',
        '',
        'Follow these steps to sign in with ChatGPT using device code authorization:',
        '',
        '1. Open this link in your browser and sign in to your account',
        '   https://auth.openai.com/codex/device',
        '',
        '2. Enter this one-time code (expires in 15 minutes)',
        '   WDJB-MJHT7',
      ],
    }),
    shows: (page) => page.getByRole('link', { name: 'Open auth.openai.com' }),
  },
  {
    name: 'device login that takes a code',
    phase: 'sessions',
    open: openLogin('Claude Code', {
      agent: 'claude',
      link: 'https://claude.com/cai/oauth/authorize?code=true&state=1',
      takesInput: true,
      screen: [
        " Browser didn't open? Use the URL below to sign in (c to copy)",
        '',
        'https://claude.com/cai/oauth/authorize?code=true&client_id=9d1c250a&response_type=code&redirect_uri=https%3A%2F%2F',
        'platform.claude.com%2Foauth%2Fcode%2Fcallback&scope=user%3Ainference&state=1',
        '',
        ' Paste code here if prompted',
      ],
    }),
    shows: (page) => page.getByRole('dialog').getByLabel('Code', { exact: true }),
  },
  {
    name: 'device login is kept',
    phase: 'sessions',
    open: openLogin('Codex', {
      state: 'succeeded',
      message: 'It is kept, sealed, and your sessions use it from now on.',
      kind: 'auth-file',
      test: {
        kind: 'auth-file',
        result: 'works',
        message: 'The login can be renewed, and this server does so for all sessions.',
      },
    }),
    shows: (page) => page.getByRole('dialog').getByText('It is kept, sealed'),
  },
  {
    name: 'device login timed out',
    phase: 'sessions',
    open: openLogin('Codex', {
      state: 'timed-out',
      message: 'Nobody said yes within 15 minutes. Start again.',
    }),
    shows: (page) => page.getByRole('dialog').getByRole('button', { name: 'Try again' }),
  },
];
