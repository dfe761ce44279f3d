import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ClaudeWorld, claudeProgram } from './support/claude-world.ts';
import { describeWith } from './support/describe-with.ts';
import { isRunning } from './support/running-programs.ts';
import { waitFor } from './support/wait-for.ts';

/** The driver and the real Claude Code against the scripted model. */
const describeWithClaude = describeWith('claude', claudeProgram !== null);

Logger.overrideLogger(false);

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describeWithClaude('ClaudeDriver with the real Claude Code', () => {
  let world: ClaudeWorld;
  beforeEach(async () => {
    world = await ClaudeWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  it('streams thought and text', async () => {
    const { turn, result } = await world.run(['think: I will look first.', 'say: Hello there my friend.']);
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.items).toMatchObject([
      { type: 'thought', text: 'I will look first.' },
      { type: 'text', text: 'Hello there my friend.' },
    ]);
    expect(turn.events.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(1);
    expect(turn.events.filter(({ type }) => type === 'thought.delta').length).toBeGreaterThan(1);
  });

  it('streams a long text, each token once', async () => {
    const { turn } = await world.run(['stream: 2000 tokens']);
    expect(turn.said).toBe(Array.from({ length: 2000 }, (_, index) => `t${index + 1}`).join(' '));
    expect(turn.events.length).toBeGreaterThan(100);
  });

  it('shows commands with their output and exit code', async () => {
    const { turn } = await world.run([
      'run: echo early; echo late',
      'run: echo wrong >&2; exit 3',
      'say: It said {output}',
    ]);
    expect(turn.items).toMatchObject([
      { kind: 'execute', command: 'echo early; echo late', status: 'completed', output: 'early\nlate' },
      { command: 'echo wrong >&2; exit 3', status: 'failed', exitCode: 3, output: 'wrong' },
      { type: 'text', text: expect.stringContaining('wrong') },
    ]);
  });

  it('shows created, replaced, edited and read files', async () => {
    writeFileSync(path.join(world.workspacePath, 'old.txt'), 'one\ntwo\n');
    const { turn } = await world.run([
      'write: notes.txt <<< line one\\nline two',
      'edit: notes.txt | line two | line 2',
      'move: old.txt | new.txt | two | 2',
      'write: notes.txt <<< all new',
      'delete: new.txt',
    ]);
    expect(world.readFile('notes.txt')).toBe('all new\n');
    const diffs = turn.items.flatMap((item) => (item.type === 'tool' ? (item.diffs ?? []) : []));
    expect(diffs).toEqual([
      { path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' },
      { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n line one\n-line two\n+line 2\n' },
      { path: 'new.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n one\n-two\n+2\n' },
      { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,1 @@\n-line one\n-line 2\n+all new\n' },
    ]);
    expect(turn.items).toContainEqual(
      expect.objectContaining({ kind: 'read', title: 'Read notes.txt', output: 'line one\nline two\n' }),
    );
  });

  it.each(['tasks', 'todos'])('shows the plan, kept as %s', async (kind) => {
    await world.replaceDriver(kind === 'todos' ? { CLAUDE_CODE_ENABLE_TASKS: '0' } : {});
    const { turn } = await world.run([
      'plan: look* | write | test',
      'plan: look✓ | write* | test',
      'say: ok',
    ]);
    expect(turn.items).toMatchObject([
      {
        type: 'plan',
        entries: [
          { content: 'look', status: 'completed' },
          { content: 'write', status: 'in_progress' },
          { content: 'test', status: 'pending' },
        ],
      },
      { text: 'ok' },
    ]);
    const next = await world.run(['plan: look✓ | write✓ | test*']);
    expect(next.turn.items).toMatchObject([
      { entries: [{}, { status: 'completed' }, { status: 'in_progress' }] },
    ]);
  });

  it('carries a question and its answer', async () => {
    const { turn } = await world.run(['ask: Tea or coffee? | Tea | Coffee', 'say: You chose {output}'], {
      answer: (ask) => ({
        answers: ask.type === 'question.asked' ? { [ask.questions[0]!.questionId]: ['Coffee'] } : {},
      }),
    });
    expect(turn.asks).toMatchObject([
      { questions: [{ question: 'Tea or coffee?', options: [{ label: 'Tea' }, {}] }] },
    ]);
    expect(turn.said).toContain('="Coffee"');
  });

  const careful = [
    'run: touch approved.txt && echo touched',
    'write: note.txt <<< hello',
    'say: It said {output}',
  ];

  it('asks for permission to run and to write', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'allow' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { type: 'permission.requested', detail: 'touch approved.txt && echo touched' },
      {
        title: 'Claude Code wants to change note.txt',
        diffs: [{ path: 'note.txt', change: 'added', patch: '@@ -0,0 +1,1 @@\n+hello\n' }],
      },
    ]);
    expect(world.readFile('note.txt')).toBe('hello\n');
  });

  it('tells the model what was rejected, and goes on', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'reject' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.items).toMatchObject([
      { status: 'declined' },
      { status: 'declined' },
      { text: expect.stringContaining('rejected') },
    ]);
  });

  it('asks no more for what is allowed for good, leaves no file of it, and changes the mode between turns', async () => {
    const options = { permissionMode: 'ask-first', answer: () => ({ optionId: 'allow-always' }) } as const;
    const command = 'run: touch approved.txt && echo touched';
    expect((await world.run([command, command], options)).turn.asks).toHaveLength(1);
    expect((await world.run([command, 'run: mkdir made'], options)).turn.asks.length).toBeLessThanOrEqual(1);
    expect(() => world.readFile('.claude/settings.local.json')).toThrow();
    expect((await world.run(['run: ls && touch third.txt'])).turn.asks).toHaveLength(0);
  });

  it('plans, and works once the plan is approved', async () => {
    const script = ['propose: First look\\nthen do', 'run: touch made.txt', 'say: done'];
    const { turn, result } = await world.run(script, {
      permissionMode: 'plan',
      answer: () => ({ optionId: 'work' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { title: 'Claude Code has a plan', detail: expect.stringContaining('First look\nthen do') },
    ]);
    expect(world.readFile('made.txt')).toBe('');
    expect(turn.notices).toEqual(['Claude Code switched from its mode plan to bypass permissions.']);
  });

  it('keeps planning when the plan is rejected', async () => {
    const { turn, result } = await world.run(['propose: First look', 'say: {output}'], {
      permissionMode: 'plan',
      answer: () => ({ optionId: 'reject' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.said).toContain('keep planning');
  });

  it('takes images', async () => {
    const image = path.join(world.workspacePath, 'shot.png');
    writeFileSync(image, Buffer.from(onePixel, 'base64'));
    const { result } = await world.run(['say: I see'], { imagePaths: [image] });
    expect(result.outcome).toBe('completed');
    expect(world.lastRequest()).toContain('"media_type":"image/png"');
    const missing = await world.run(['say: I see'], { imagePaths: [`${image}.gif`] });
    expect(missing.result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('shot.png.gif cannot be read'),
    });
  });

  it('offers what Claude Code reports, and uses what was chosen, for as long as it is', async () => {
    const { turn } = await world.run(['say: hi'], { model: 'sonnet', effort: 'high' });
    expect(turn.controls).toMatchObject({ permissionModes: ['full-auto', 'ask-first', 'plan'] });
    expect(turn.controls?.models).toContainEqual(
      expect.objectContaining({ id: 'sonnet', efforts: expect.arrayContaining(['low', 'high']) }),
    );
    expect(turn.controls?.commands).toContainEqual(expect.objectContaining({ name: 'compact' }));
    expect(world.lastRequest()).toMatch(/"model":"claude-sonnet.*"effort":"high"/);
    await world.run(['say: hi']);
    expect(world.lastRequest()).toContain('"model":"claude-opus');
    expect(world.lastRequest()).not.toMatch(/"output_config":\{"effort":"high"\}\}$/);
  });

  it.each([
    [{ model: 'no-such-model' }, 'no-such-model'],
    [{ effort: 'enormous' }, 'enormous'],
  ])('fails a turn that wants %j, and goes on with the next', async (choice, name) => {
    const { result } = await world.run(['say: hi'], choice);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining(name) });
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('reports tokens, cost and how full the context is', async () => {
    const { turn } = await world.run(['usage: 1200 80', 'say: hi']);
    expect(turn.events.filter(({ type }) => type === 'usage.updated').at(-1)).toEqual({
      type: 'usage.updated',
      inputTokens: 1200,
      outputTokens: 80,
      contextTokens: 1280,
      contextWindow: expect.any(Number),
      costUsd: expect.any(Number),
    });
  });

  it('runs the commands of its terminal', async () => {
    const { turn, result } = await world.run(['/context']);
    expect(result.outcome).toBe('completed');
    expect(turn.said).toContain('Context Usage');
  });

  it('is told what was said with another agent before', async () => {
    const { turn } = await world.run(['say: I know.'], { transcript: 'user: The number is 4711.' });
    expect(turn.said).toBe('I know.');
    expect(world.lastRequest()).toContain('The number is 4711.');
  });

  it('gets a message and its image while it works, within the turn', async () => {
    const image = path.join(world.workspacePath, 'shot.png');
    writeFileSync(image, Buffer.from(onePixel, 'base64'));
    const { turn, result } = world.begin(['run: sleep 1; echo hi', 'stream: 20 tokens every 5 ms']);
    await turn.until(() => turn.items.length === 1);
    expect(await world.driver.steer(turn.turnId, 'say: turned aside', [image])).toBe(true);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(world.lastRequest()).toContain('turned aside');
    expect(world.lastRequest()).toContain('"media_type":"image/png"');
  });

  it('answers a message that came too late for a step, before the turn ends', async () => {
    const { turn, result } = world.begin(['stream: 60 tokens every 10 ms']);
    await turn.until(() => turn.said.length > 0);
    const steered = world.driver.steer(turn.turnId, 'say: turned aside', []);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(await steered).toBe(true);
    expect(turn.said).toMatch(/t60\nturned aside$/);
    expect(await world.driver.steer(turn.turnId, 'say: late', [])).toBe(false);
  });

  it('tells what it did by itself between turns', async () => {
    await world.run(['start: sleep 1; echo over', 'say: started']);
    await waitFor(() => world.model.requests.length >= 3, 20_000);
    await waitFor(() => !isRunning('sleep 1'), 20_000);
    const { turn } = await world.run(['say: next']);
    expect(turn.notices).toEqual([expect.stringContaining('went on by itself')]);
    expect(turn.said).toMatch(/next$/);
  });

  it.each([
    [{ ANTHROPIC_API_KEY: 'sk-key' }, 'x-api-key', 'sk-key'],
    [{ ANTHROPIC_API_KEY: '', CLAUDE_CODE_OAUTH_TOKEN: 'sk-oauth' }, 'authorization', 'Bearer sk-oauth'],
  ])('logs in with %j, and keeps it from the commands', async (env, header, value) => {
    await world.replaceDriver(env);
    const { turn } = await world.run(['run: env; cat /proc/$PPID/environ | tr "\\0" "\\n"']);
    expect(world.model.requests.at(-1)?.headers[header]).toBe(value);
    expect(turn.items).toMatchObject([{ output: expect.stringContaining('CODEX_WEBAPP_TURN=claude-') }]);
    expect(turn.items).toMatchObject([{ output: expect.not.stringMatching(/sk-key|sk-oauth|sk-scripted/) }]);
  });

  it('logs in with the token of a gateway', async () => {
    await world.replaceDriver({ ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: 'of-a-gateway' });
    await world.run(['say: hi']);
    expect(world.model.requests.at(-1)?.headers['authorization']).toBe('Bearer of-a-gateway');
  });
});
