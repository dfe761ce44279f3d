import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentSetupError } from '../src/agents/programs/agent-setup.error.ts';
import { AgentSettingsService } from '../src/agent-settings/agent-settings.service.ts';
import { MainLinkService } from '../src/main-link/main-link.service.ts';
import { AgentApp } from './support/create-agent-app.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const deadlineMs = 20_000;

describe('what main-server says that a session gives', () => {
  let app: AgentApp;
  let settings: AgentSettingsService;

  beforeEach(async () => {
    app = await AgentApp.start();
    settings = app.nest.get(AgentSettingsService, { strict: false });
    const link = app.nest.get(MainLinkService, { strict: false });
    await waitFor(() => link.state === 'connected', deadlineMs, 'the link');
  });
  afterEach(() => app[Symbol.asyncDispose]());

  function say(variables: Readonly<Record<string, string>>, problems: readonly string[] = []): void {
    const environment = Object.entries(variables).map(([name, value]) => ({ name, value }));
    app.main.settings = { status: 200, body: { environment, mcpServers: [], problems } };
  }

  async function output(promptId: string, command: string): Promise<string> {
    app.main.deliver(promptId, command);
    const events = await app.main.whenEnded(turnOf(promptId), deadlineMs);
    return events.map((event) => (event.type === 'tool.delta' ? event.text : '')).join('');
  }

  it('is asked for once, and again after a change or over a new link', async () => {
    say({ A: '1' });
    expect((await settings.find()).environment).toEqual({ A: '1' });
    say({ A: '2' });
    expect((await settings.find()).environment).toEqual({ A: '1' });
    expect(app.main.settingsAsks).toBe(1);
    app.main.send({ type: 'agent_settings.changed' });
    await waitFor(async () => (await settings.find()).environment['A'] === '2', deadlineMs);
    say({ A: '3' });
    app.main.cut();
    await waitFor(async () => (await settings.find()).environment['A'] === '3', deadlineMs);
  });

  it('is nothing where an older main-server does not know of it, and unknown where it does not say', async () => {
    expect(await settings.find()).toMatchObject({ environment: {}, mcpServers: [] });
    app.main.settings = { status: 500, body: {} };
    app.main.send({ type: 'agent_settings.changed' });
    const isUnknown = () =>
      settings.find().then(
        () => false,
        (error: unknown) => error instanceof AgentSetupError,
      );
    await waitFor(isUnknown, deadlineMs);
  });

  it('is in the environment of shell commands, and not in that of this program', async () => {
    say({ BUILD_TARGET: 'the moon', LANG: 'C' }, ['Something cannot be opened.']);
    expect(await output('p1', 'echo "to $BUILD_TARGET in $LANG"')).toBe('to the moon in C\n');
    expect(process.env['BUILD_TARGET']).toBeUndefined();
    const notices = app.main.eventsOf(turnOf('p1')).filter(({ type }) => type === 'notice.raised');
    expect(notices).toMatchObject([{ text: 'Something cannot be opened.' }]);
    say({});
    app.main.send({ type: 'agent_settings.changed' });
    expect(await output('p2', 'echo "to ${BUILD_TARGET-nowhere}"')).toBe('to nowhere\n');
  });

  it('lets a command fail that would run without it, and says why', async () => {
    app.main.settings = { status: 500, body: {} };
    app.main.deliver('p1', 'echo hello');
    const events = await app.main.whenEnded(turnOf('p1'), deadlineMs);
    expect(events.at(-1)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(/does not say which variables/),
    });
  });
});
