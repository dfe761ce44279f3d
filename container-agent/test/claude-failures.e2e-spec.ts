import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ClaudeWorld, claudeProgram } from './support/claude-world.ts';
import { describeWith } from './support/describe-with.ts';
import { isRunning, whenInterrupted } from './support/running-programs.ts';
import { waitFor } from './support/wait-for.ts';

/** Interruptions, refusals and deaths: the driver and the real Claude Code against the scripted model. */
const describeWithClaude = describeWith('claude', claudeProgram !== null);

Logger.overrideLogger(false);

describeWithClaude('ClaudeDriver with the real Claude Code, when something goes wrong', () => {
  let world: ClaudeWorld;
  beforeEach(async () => {
    world = await ClaudeWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('is interrupted in the middle of a text, keeps it, and goes on with the conversation', async () => {
    const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t15'));
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect(turn.said).toMatch(/^t1 t2 t3 .* t15/);
    expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
    expect(world.lastRequest()).toContain('t1 t2 t3');
  });

  it('ends everything that an interrupted turn has started, however stubborn', async () => {
    const stubborn = 'trap "" TERM INT HUP; (setsid sleep 31.71 &) ; sleep 31.72 & sleep 31.73';
    const { turn, result } = world.begin([
      'run: (setsid nohup sleep 31.74 >/dev/null 2>&1 &)',
      `run: ${stubborn}`,
    ]);
    const commands = ['sleep 31.71', 'sleep 31.72', 'sleep 31.73', 'sleep 31.74'];
    await waitFor(() => commands.every(isRunning), 30_000);
    turn.interrupt();
    const [end] = await Promise.all([result, whenInterrupted(commands)]);
    expect(end).toEqual({ outcome: 'interrupted' });
    expect(turn.items.at(-1)).toMatchObject({ type: 'tool', status: 'interrupted' });
    expect(world.listClaude()).toHaveLength(1);
  });

  it('ends a command of the background that the interrupted turn began, and leaves those of earlier turns', async () => {
    await world.run(['start: sleep 32.81', 'say: started']);
    const { turn, result } = world.begin(['start: sleep 32.82', 'stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.length > 0);
    await waitFor(() => isRunning('sleep 32.82'));
    turn.interrupt();
    await Promise.all([result, whenInterrupted(['sleep 32.82'])]);
    expect(isRunning('sleep 32.81')).toBe(true);
    await world.driver.close();
    expect(isRunning('sleep 32.81')).toBe(false);
  });

  it('is interrupted while it waits for an answer, and asks again in the next turn', async () => {
    const { turn, result } = world.begin(['run: touch a.txt && echo a'], { permissionMode: 'ask-first' });
    await turn.until(() => turn.asks.length === 1);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    const next = await world.run(['run: touch a.txt && echo a'], {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'allow' }),
    });
    expect(next.turn.asks).toHaveLength(1);
  });

  it('is interrupted before it has begun', async () => {
    const { turn, result } = world.begin(['say: hi']);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('withdraws a message that it was given and had not taken when it was interrupted', async () => {
    const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
    await turn.until(() => turn.said.length > 0);
    const steered = world.driver.steer(turn.turnId, 'say: turned aside', []);
    await turn.until(() => turn.said.endsWith('t30'));
    turn.interrupt();
    await result;
    expect(await steered).toBe(false);
    expect((await world.run(['say: next'])).turn.said).toBe('next');
    expect(world.lastRequest()).not.toContain('turned aside');
  });

  it('is interrupted while it waits to ask a server again', async () => {
    const { turn, result } = world.begin(['fail: 500 x99 broken']);
    await turn.until(() => turn.notices.length > 0);
    turn.interrupt();
    expect(await result).toEqual({ outcome: 'interrupted' });
  });

  it('runs one prompt after the other, however they come', async () => {
    const first = world.begin(['run: sleep 0.3', 'say: first']);
    const second = world.begin(['say: second']);
    expect(await second.result).toEqual({ outcome: 'completed' });
    expect(await first.result).toEqual({ outcome: 'completed' });
    expect([first.turn.said, second.turn.said]).toEqual(['first', 'second']);
  });

  it.each([
    ['400', 'Claude Code failed: the model says so'],
    ['401', 'refused the login'],
    ['429', 'limits the requests'],
    ['500', 'server failed'],
    ['529', 'overloaded'],
  ])('fails with a cause for %s, and goes on with the next prompt', async (status, reason) => {
    const { turn, result } = await world.run([`fail: ${status} x99 the model says so`]);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining(reason) });
    expect(result.reason).toContain('the model says so');
    expect(turn.said).toBe('');
    expect(turn.notices).toHaveLength(status === '400' ? 0 : 1);
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('says that it tries again, and goes on', async () => {
    const { turn, result } = await world.run(['fail: 429 x1 slow down', 'say: At last.']);
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('429')]);
    expect(turn.said).toBe('At last.');
  });

  it.each([
    [
      'after some text',
      ['say: one', 'drop: after 2 tokens', 'stream: 4 tokens every 40 ms'],
      'one\nt1 t2 t3 t4',
    ],
    ['before any text', ['drop: after 0 tokens', 'say: a b'], 'a b'],
    ['after a thought', ['think: hm so', 'drop: after 0 tokens', 'say: a b'], 'a b'],
  ])('shows nothing twice when the connection is cut %s', async (_, script, said) => {
    const { turn, result } = await world.run(script);
    expect(result.outcome).toBe('completed');
    expect(turn.said).toBe(said);
    // On a busy machine Claude Code asks again without a word.
    expect(turn.notices.length).toBeLessThanOrEqual(1);
    const thought = turn.items.flatMap((item) => (item.type === 'thought' ? [item.text] : []));
    expect(thought.join('')).toBe(script[0] === 'think: hm so' ? 'hm so' : '');
  });

  it('says when the usage limit of a subscription resets that ends a turn', async () => {
    await world.replaceDriver({ ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-oauth' });
    const { turn, result } = await world.run(['limit: 3600', 'say: never']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('usage limit') });
    const limits = turn.events.filter((event) => event.type === 'notice.raised');
    expect(limits).toEqual([expect.objectContaining({ limitResetsAt: expect.any(String) })]);
    const inMs = Date.parse(limits[0]?.limitResetsAt ?? '') - Date.now();
    expect(inMs).toBeGreaterThan(3_000_000);
    expect(inMs).toBeLessThanOrEqual(3_600_000);
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('survives a silent model', async () => {
    expect((await world.run(['stall: 700', 'say: late'])).turn.said).toBe('late');
  });

  it('reports the death of the program, and goes on with the conversation afterwards', async () => {
    await world.run(['say: My name is Scripted.']);
    const { turn, result } = world.begin(['run: echo begun; sleep 34.11']);
    await waitFor(() => isRunning('sleep 34.11'), 20_000);
    process.kill(world.listClaude()[0]!, 'SIGKILL');
    expect(await result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    await waitFor(() => !isRunning('sleep 34.11'));
    expect(turn.items).toMatchObject([{ command: 'echo begun; sleep 34.11' }]);
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
    rmSync(path.join(world.homePath, '.claude', 'projects'), { recursive: true });
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
    await world.replaceDriver({ ANTHROPIC_API_KEY: '' });
    const { turn, result } = await world.run(['say: hi']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('not logged in') });
    expect(turn.said).toBe('');
  });

  it('works with the login of a subscription in HOME', async () => {
    await world.replaceDriver({ ANTHROPIC_API_KEY: '' });
    const login = { accessToken: 'at', refreshToken: 'rt', expiresAt: 4e12, scopes: ['user:inference'] };
    await world.run(['say: hi']);
    writeFileSync(
      path.join(world.homePath, '.claude', '.credentials.json'),
      JSON.stringify({ claudeAiOauth: { ...login, subscriptionType: 'max' } }),
    );
    await world.replaceDriver({ ANTHROPIC_API_KEY: '' });
    expect((await world.run(['say: hi'])).result.outcome).toBe('completed');
    expect(world.model.requests.at(-1)?.headers['authorization']).toBe('Bearer at');
  });

  it('leaves no process behind', async () => {
    await world.run(['say: hi']);
    expect(world.listClaude()).toHaveLength(1);
    await world.driver.close();
    expect(world.listClaude()).toEqual([]);
  });

  it('stops when it was idle for a while, and starts again', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['say: My name is Scripted.']);
    await waitFor(() => world.listClaude().length === 0, 20_000);
    expect((await world.run(['say: again'])).turn).toMatchObject({ said: 'again', notices: [] });
    expect(world.lastRequest()).toContain('My name is Scripted.');
  });

  it('does not stop while something it started still runs', async () => {
    await world.replaceDriver({ AGENT_IDLE_SECONDS: '1' });
    await world.run(['start: sleep 6.31', 'say: started']);
    const running = world.listClaude();
    await waitFor(() => !isRunning('sleep 6.31'), 20_000);
    expect(running).toHaveLength(1);
    await waitFor(() => world.listClaude().length === 0, 20_000);
  });
});
