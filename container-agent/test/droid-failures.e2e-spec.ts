import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWith } from './support/describe-with.ts';
import { DroidWorld, droidProgram } from './support/droid-world.ts';
import { commandOf, isRunning, whenInterrupted } from './support/running-programs.ts';
import { waitFor } from './support/wait-for.ts';

/** Interruptions, refusals, deaths and keys: the driver and the real droid against the scripted model. */
const describeWithDroid = describeWith('droid', droidProgram !== null);

Logger.overrideLogger(false);

describeWithDroid('DroidDriver with the real droid, when something goes wrong', () => {
  let world: DroidWorld;
  beforeEach(async () => {
    world = await DroidWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('is interrupted in the middle of a text, keeps it, and goes on with the conversation', async () => {
    const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t15'));
    const startedAt = performance.now();
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(turn.said).toMatch(/^t1 t2 t3/);
    expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
    expect(world.listDroids()).toHaveLength(1);
  });

  it('is interrupted in the middle of a command, and nothing of it is left, however stubborn', async () => {
    const stubborn =
      "trap '' TERM INT HUP; echo started; (trap '' TERM; sleep 41.1) & setsid sleep 41.2 & nohup sleep 41.3 >/dev/null 2>&1 & env -i setsid sleep 41.4 & sleep 41.5";
    const { turn, result } = world.begin([`run: ${stubborn}`]);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    await waitFor(() => isRunning('sleep 41.4'));
    turn.interrupt();
    const [end] = await Promise.all([result, whenInterrupted(['sleep 41.'])]);
    expect(end).toEqual({ outcome: 'interrupted' });
    expect(turn.items).toMatchObject([{ status: 'interrupted', output: 'started\n' }]);
  });

  it('is interrupted while it waits for an answer', async () => {
    const { turn, result } = world.begin(['run: touch a', 'say: {output}'], { permissionMode: 'ask-first' });
    await turn.until(() => turn.asks.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('is interrupted before it has begun', async () => {
    const { turn, result } = world.begin(['say: hi']);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('leaves a command of an earlier turn running when a later one is interrupted', async () => {
    const earlier = await world.run(['start: sleep 42.8', 'say: started']);
    expect(earlier.turn.items).toMatchObject([{ status: 'completed' }, { text: 'started' }]);
    const { turn, result } = world.begin(['start: sleep 42.7', 'run: echo started; sleep 43.9']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    turn.interrupt();
    await Promise.all([result, whenInterrupted(['sleep 43.9', 'sleep 42.7'])]);
    expect(isRunning('sleep 42.8')).toBe(true);
    await world.driver.close();
    expect(isRunning('sleep 42.8')).toBe(false);
  });

  it('says that a text is lost when it was interrupted before droid took it', async () => {
    const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t5'));
    const steered = world.driver.steer(turn.turnId, 'say: never', []);
    await sleep(100);
    turn.interrupt();
    expect(await steered).toBe(false);
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('runs two prompts that come at once, one after the other', async () => {
    const first = world.begin(['stream: 20 tokens every 20 ms']);
    const second = world.begin(['say: second']);
    expect(await Promise.all([first.result, second.result])).toEqual([
      { outcome: 'completed' },
      { outcome: 'completed' },
    ]);
    expect(first.turn.said).toMatch(/t20$/);
    expect(second.turn.said).toBe('second');
  });

  it('fails with the words of a refusal, at once', async () => {
    const { result } = await world.run(['fail: 400 x99 the model does not like this']);
    expect(result).toEqual({ outcome: 'failed', reason: 'Droid failed: the model does not like this' });
    const refused = await world.run(['fail: 401 x99 who are you']);
    expect(refused.result).toEqual({
      outcome: 'failed',
      reason: expect.stringMatching(/refused the login of Droid\. .* \(who are you\)$/),
    });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it.each([429, 500])('says that it tries again after %d, and goes on', async (status) => {
    const { turn, result } = await world.run([`fail: ${status} x1 slow down`, 'say: At last.']);
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('Droid asks again')]);
    expect(turn.said).toBe('At last.');
  });

  it('is interrupted while it tries again', async () => {
    const { turn, result } = world.begin(['fail: 500 x99 broken']);
    await turn.until(() => turn.notices.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('shows nothing twice after a cut connection', async () => {
    const { turn, result } = await world.run([
      'think: Hm.',
      'say: one',
      'drop: after 2 tokens x1',
      'say: a b c d',
    ]);
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('one\na b c d');
    expect(turn.items.filter(({ type }) => type === 'thought')).toHaveLength(1);
    expect(turn.notices).toHaveLength(1);
  });

  it('reports the death of the program, and goes on with the conversation afterwards', async () => {
    await world.run(['say: My name is Scripted.']);
    const { turn, result } = world.begin(['run: sleep 44.1']);
    await turn.until(() => turn.items.length === 1);
    const [pid] = world.listDroids();
    process.kill(pid!, 'SIGKILL');
    expect(await result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    await waitFor(() => !isRunning('sleep 44.1'));

    const next = await world.run(['say: back']);
    expect(next).toMatchObject({ result: { outcome: 'completed' }, turn: { said: 'back', notices: [] } });
    expect(world.lastRequest()).toContain('My name is Scripted.');
  });

  it('goes on in a new container with the same volume', async () => {
    await world.run(['say: My name is Scripted.']);
    await world.replaceDriver();
    const { turn } = await world.run(['say: back']);
    expect(turn).toMatchObject({ said: 'back', notices: [] });
    expect(world.lastRequest()).toContain('My name is Scripted.');
  });

  it('says so when the conversation is lost, and starts afresh with a transcript of it', async () => {
    await world.run(['say: hi']);
    await world.driver.close();
    rmSync(path.join(world.homePath, '.factory'), { recursive: true });
    const { turn, result } = await world.run(['say: new'], { recollection: 'We spoke of 4711.' });
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe('new');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(world.lastRequest()).toContain('We spoke of 4711.');
    const again = await world.run(['say: again'], { recollection: 'We spoke of 4712.' });
    expect(again.turn.notices).toEqual([]);
    expect(world.lastRequest()).not.toContain('4712');
  });

  it('fails with advice when nobody is logged in', async () => {
    await world.replaceDriver({ DROID_API_KEY: '', DROID_BASE_URL: '', DROID_MODEL: '' });
    const { result } = await world.run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('not logged in') });
    await world.replaceDriver({ DROID_MODEL: '' });
    expect((await world.run(['say: hi'])).result).toMatchObject({
      reason: expect.stringContaining('DROID_MODEL'),
    });
  });

  it("works with the models of the user's own settings, and leaves the settings alone", async () => {
    const settings = path.join(world.homePath, '.factory', 'settings.json');
    mkdirSync(path.dirname(settings));
    const own = {
      model: 'mine',
      displayName: 'Mine',
      baseUrl: `${world.model.url}/v1`,
      apiKey: 'sk',
      provider: 'openai',
    };
    const content = JSON.stringify({ customModels: [own] });
    writeFileSync(settings, content);
    expect((await world.run(['say: gateway'])).turn.said).toBe('gateway');
    expect((await world.run(['say: mine'], { model: 'custom:Mine-0' })).turn.said).toBe('mine');
    expect(world.lastRequest()).toContain('"model":"mine"');
    expect((await world.run(['say: gateway'])).turn.said).toBe('gateway');
    expect(world.lastRequest()).toContain('"model":"scripted"');
    expect(readFileSync(settings, 'utf8')).toBe(content);
    await world.replaceDriver({ DROID_API_KEY: '', DROID_BASE_URL: '', DROID_MODEL: '' });
    expect((await world.run(['say: alone'])).turn.said).toBe('alone');
  });

  it('keeps the key of a gateway from the commands, and out of HOME', async () => {
    const search = 'run: env; echo found: $(grep -rl "sk-script[e]d" "$HOME" .) end';
    const { turn } = await world.run([search, 'say: Done.']);
    expect(turn.items[0]).toMatchObject({ output: expect.not.stringContaining('sk-scripted') });
    expect(turn.items[0]).toMatchObject({ output: expect.stringContaining('found: end') });
    expect(turn.items[0]).toMatchObject({ output: expect.stringContaining('CODEX_WEBAPP_TURN=droid-') });
  });

  it('keeps the key of an account from the commands', async () => {
    await world.replaceDriver({ FACTORY_API_KEY: 'fk-canary' });
    const { turn } = await world.run(['run: env', 'say: Done.']);
    expect(turn.items).toMatchObject([{ output: expect.not.stringContaining('fk-canary') }, {}]);
  });

  it('leaves no process and no settings behind', async () => {
    await world.run(['say: hi']);
    const [pid] = world.listDroids();
    const [, settings = ''] = /--settings (\S+)/.exec(commandOf(pid!)) ?? [];
    expect(readFileSync(settings, 'utf8')).toContain('sk-scripted');
    await world.driver.close();
    expect(world.listDroids()).toEqual([]);
    await waitFor(() => !existsSync(settings));
  });

  it('stops when it was idle for a while, and starts again', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['say: hi']);
    await waitFor(() => world.listDroids().length === 0, 20_000);
    expect((await world.run(['say: again'])).turn).toMatchObject({ said: 'again', notices: [] });
  });

  it('does not stop while something it started still runs', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['start: sleep 45.2', 'say: started']);
    await sleep(1_500);
    expect(isRunning('sleep 45.2')).toBe(true);
    expect(world.listDroids()).toHaveLength(1);
  });
});
