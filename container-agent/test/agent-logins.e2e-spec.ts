import { lstatSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AgentCredential } from '@codex-webapp/contracts';
import { AgentSetupError } from '../src/agents/programs/agent-setup.error.ts';
import { AgentLoginsService } from '../src/logins/agent-logins.service.ts';
import { MainLinkService } from '../src/main-link/main-link.service.ts';
import { TurnService } from '../src/turns/turn.service.ts';
import { AgentApp } from './support/create-agent-app.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const deadlineMs = 20_000;

describe('logins of agents', () => {
  let app: AgentApp;
  let logins: AgentLoginsService;

  beforeEach(async () => {
    app = await AgentApp.start();
    logins = app.nest.get(AgentLoginsService, { strict: false });
    const link = app.nest.get(MainLinkService, { strict: false });
    await waitFor(() => link.state === 'connected', deadlineMs, 'the link');
  });
  afterEach(() => app[Symbol.asyncDispose]());

  function say(body: {
    readonly agents?: readonly string[];
    readonly credentials: readonly AgentCredential[];
  }) {
    app.main.credentials = { status: 200, body };
  }

  function byKey(agent: string, key: string): AgentCredential {
    return { agent, environment: { SOME_KEY: key }, withoutVariables: [], files: [], lease: null };
  }

  it('are those that main-server gives, asked for once', async () => {
    say({ agents: ['codex', 'claude'], credentials: [byKey('codex', 'sk-1'), byKey('claude', 'sk-2')] });
    expect((await logins.find('claude'))?.environment).toEqual({ SOME_KEY: 'sk-2' });
    expect((await logins.find('claude'))?.environment).toEqual({ SOME_KEY: 'sk-2' });
    expect(app.main.credentialAsks).toBe(1);
  });

  it('are none where main-server says that there is none', async () => {
    say({ agents: ['codex'], credentials: [] });
    expect(await logins.find('codex')).toBeNull();
  });

  it('are unknown where nothing is said of the agent, until something is', async () => {
    say({ agents: ['claude'], credentials: [byKey('claude', 'sk-2')] });
    await expect(logins.find('codex')).rejects.toThrow(/Send your message again/);
    await expect(logins.find('codex')).rejects.toThrow(AgentSetupError);
    say({ agents: ['codex', 'claude'], credentials: [byKey('codex', 'sk-1')] });
    expect((await logins.find('codex'))?.environment).toEqual({ SOME_KEY: 'sk-1' });
  });

  it('are none where an older main-server does not say of which agents it speaks, or of none at all', async () => {
    say({ credentials: [byKey('claude', 'sk-2')] });
    expect(await logins.find('codex')).toBeNull();
    app.main.credentials = null;
    expect(await logins.find('gemini')).toBeNull();
  });

  describe('in files', () => {
    const place = '.agent/auth.json';
    const isThere = () => lstatSync(path.join(app.home, place), { throwIfNoEntry: false }) !== undefined;
    const isAsked = () =>
      logins.find('gemini').then(
        () => false,
        () => true,
      );

    beforeEach(async () => {
      const files = [{ path: place, content: '{}' }];
      const login = { agent: 'gemini', environment: {}, withoutVariables: [], files, lease: null };
      say({ agents: ['gemini', 'codex'], credentials: [login] });
      await logins.find('gemini');
      expect(isThere()).toBe(true);
    });

    it('are gone as soon as the owner changes something', async () => {
      app.main.send({ type: 'credentials.changed' });
      await waitFor(() => !isThere(), deadlineMs);
      await logins.find('gemini');
      expect(isThere()).toBe(true);
    });

    it('are gone when another agent is at work, and there again when theirs is', async () => {
      await logins.find('codex');
      expect(isThere()).toBe(false);
      await logins.find('gemini');
      expect(isThere()).toBe(true);
    });

    it('stay for the turn that runs', async () => {
      const turns = app.nest.get(TurnService, { strict: false });
      app.main.deliver('p1', 'sleep 600');
      await waitFor(() => turns.runningTurnId !== null, deadlineMs);
      say({ agents: [], credentials: [] });
      app.main.send({ type: 'credentials.changed' });
      await waitFor(isAsked, deadlineMs);
      expect(isThere()).toBe(true);
      app.main.send({ type: 'turn.interrupt', turnId: turnOf('p1') });
      await waitFor(() => turns.runningTurnId === null, deadlineMs);
      app.main.send({ type: 'credentials.changed' });
      await waitFor(() => !isThere(), deadlineMs);
    });
  });

  it('are unknown when the session is not found', async () => {
    const error = { code: 'session.not_found', message: 'No.' };
    app.main.credentials = { status: 404, body: { error, requestId: 'r' } };
    await expect(logins.find('codex')).rejects.toThrow(AgentSetupError);
  });
});
