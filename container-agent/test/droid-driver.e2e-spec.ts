import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWith } from './support/describe-with.ts';
import { DroidWorld, droidProgram } from './support/droid-world.ts';
import { waitFor } from './support/wait-for.ts';

/** The driver and the real droid against the scripted model. */
const describeWithDroid = describeWith('droid', droidProgram !== null);

/** A model that droid gives `ApplyPatch` and efforts to; others get `Create` and `Edit`. */
const openaiModel = 'gpt-5.5';

Logger.overrideLogger(false);

describeWithDroid('DroidDriver with the real droid', () => {
  let world: DroidWorld;
  beforeEach(async () => {
    world = await DroidWorld.start();
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
    expect(turn.events).toContainEqual(expect.objectContaining({ type: 'usage.updated' }));
  });

  it('streams a long text without losing or doubling a word', async () => {
    const { turn } = await world.run(['stream: 2000 tokens every 0 ms']);
    expect(turn.said).toBe(Array.from({ length: 2000 }, (_, index) => `t${index + 1}`).join(' '));
    expect(turn.events.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(100);
  });

  it('shows commands with their whole output, live and at the end', async () => {
    const { turn } = await world.run([
      'run: echo early; sleep 1; echo later',
      'run: echo wrong >&2; exit 3',
      'run: true',
      'say: Done.',
    ]);
    expect(turn.items).toMatchObject([
      { command: 'echo early; sleep 1; echo later', status: 'completed', output: 'early\nlater\n' },
      { status: 'failed', exitCode: 3, output: expect.stringContaining('wrong') },
      { command: 'true', status: 'completed', exitCode: 0, output: '' },
      { type: 'text', text: 'Done.' },
    ]);
    expect(turn.events).toContainEqual({
      type: 'tool.delta',
      toolCallId: expect.any(String),
      text: 'early\n',
    });
  });

  it('shows created, read and edited files', async () => {
    const { turn } = await world.run([
      'write: notes.txt <<< one\\ntwo\\nthree',
      'read: notes.txt',
      'edit: notes.txt | two | 2',
      'say: Done.',
    ]);
    expect(readFileSync(path.join(world.workspacePath, 'notes.txt'), 'utf8')).toBe('one\n2\nthree\n');
    expect(turn.items).toMatchObject([
      {
        title: 'Create notes.txt',
        diffs: [{ path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,3 @@\n+one\n+two\n+three\n' }],
      },
      { kind: 'read', title: 'Read notes.txt', output: expect.stringContaining('two') },
      {
        title: 'Edit notes.txt',
        diffs: [{ path: 'notes.txt', change: 'updated', patch: '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n' }],
      },
      { type: 'text' },
    ]);
  });

  it('shows patches as diffs, file by file', async () => {
    await world.replaceDriver({ DROID_MODEL: openaiModel });
    writeFileSync(path.join(world.workspacePath, 'old.txt'), 'one\ntwo\n');
    writeFileSync(path.join(world.workspacePath, 'here.txt'), 'bee\n');
    const { turn } = await world.run([
      'write: notes.txt <<< line one\\nline two',
      'edit: notes.txt | line two | line 2',
      'move: here.txt | there.txt | bee | cee',
      'delete: old.txt',
      'say: Done.',
    ]);
    expect(turn.items.map((item) => ('diffs' in item ? item.diffs : item.type))).toMatchObject([
      [{ path: 'notes.txt', change: 'added', patch: expect.stringContaining('+line one\n+line two\n') }],
      [{ path: 'notes.txt', change: 'updated', patch: expect.stringContaining('-line two\n+line 2\n') }],
      [{ path: 'here.txt', change: 'moved', movedTo: 'there.txt' }],
      [{ path: 'old.txt', change: 'deleted' }],
      'text',
    ]);
  });

  it('shows the plan', async () => {
    const { turn } = await world.run(['plan: look✓ | write* | test', 'say: Done.']);
    expect(turn.items).toMatchObject([
      {
        type: 'plan',
        entries: [
          { content: 'look', status: 'completed' },
          { content: 'write', status: 'in_progress' },
          { content: 'test', status: 'pending' },
        ],
      },
      { type: 'text' },
    ]);
  });

  it('carries a question and its answer', async () => {
    const { turn } = await world.run(['ask: Tea or coffee? | Tea | Coffee', 'say: You chose {output}'], {
      answer: (ask) => ({
        answers: ask.type === 'question.asked' ? { [ask.questions[0]!.questionId]: ['Coffee'] } : {},
      }),
    });
    expect(turn.asks).toMatchObject([
      {
        questions: [
          { question: 'Tea or coffee?', options: [{ label: 'Tea' }, { label: 'Coffee' }], allowsOther: true },
        ],
      },
    ]);
    expect(turn.said).toContain('Coffee');
  });

  const careful = [
    'run: touch approved.txt && echo touched',
    'write: note.txt <<< hello',
    'say: Result: {output}',
  ];

  it('asks first, and does what is allowed', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'proceed_once' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.asks).toMatchObject([
      { type: 'permission.requested', detail: 'touch approved.txt && echo touched' },
      { title: 'Droid wants to change note.txt', diffs: [{ path: 'note.txt', change: 'added' }] },
    ]);
    expect(readFileSync(path.join(world.workspacePath, 'note.txt'), 'utf8')).toBe('hello\n');
  });

  it('stops at what was rejected, as droid does, and goes on with the next message', async () => {
    const { turn, result } = await world.run(careful, {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'cancel' }),
    });
    expect(result.outcome).toBe('completed');
    expect(turn.items).toMatchObject([{ type: 'tool', status: 'declined' }]);
    expect((await world.run(['say: next'])).turn.said).toBe('next');
  });

  it('asks no more for what is allowed for good, and changes the mode between turns', async () => {
    const options = {
      permissionMode: 'ask-first',
      answer: () => ({ optionId: 'proceed_always' }),
    } as const;
    const command = 'run: touch approved.txt && echo touched';
    expect((await world.run([command, command, 'say: a'], options)).turn.asks).toHaveLength(1);
    expect((await world.run([command, 'say: b'], options)).turn.asks).toHaveLength(0);
    expect((await world.run([command, 'say: c'])).turn.asks).toHaveLength(0);
    expect((await world.run([command, 'say: d'], options)).turn.asks).toHaveLength(1);
  });

  it('plans, asks for its plan, and begins once it is approved', async () => {
    const { turn, result } = await world.run(
      ['propose: First A.\\nThen B.', 'run: touch begun.txt', 'say: Done.'],
      {
        permissionMode: 'plan',
        answer: (ask) => ({ optionId: ask.type === 'permission.requested' ? ask.options[0]!.optionId : '' }),
      },
    );
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.asks).toMatchObject([
      { title: 'Droid has a plan and wants to begin', detail: 'First A.\nThen B.' },
      { title: 'Droid wants to run a command' },
    ]);
    expect(turn.said).toBe('Done.');
    expect(turn.notices).toEqual(['Droid switched from its mode spec to auto.']);
    const again = await world.run(['propose: Then C.', 'say: Never said.'], {
      permissionMode: 'plan',
      answer: () => ({ optionId: 'cancel' }),
    });
    expect(again.turn.asks).toMatchObject([{ detail: 'Then C.' }]);
    expect(again.turn.said).toBe('');
  });

  it('is told what was said with another agent before', async () => {
    const { turn } = await world.run(['say: I know.'], { transcript: 'user: The number is 4711.' });
    expect(turn.said).toBe('I know.');
    expect(world.lastRequest()).toContain('The number is 4711.');
  });

  it('takes up a text while it works, between two steps', async () => {
    const { turn, result } = world.begin(['run: echo one; sleep 1.5', 'run: echo two', 'say: as told']);
    await turn.until(() => turn.events.some(({ type }) => type === 'tool.delta'));
    expect(await world.driver.steer(turn.turnId, 'say: turned aside', [])).toBe(true);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(turn.said).toBe('turned aside');
    expect(await world.driver.steer(turn.turnId, 'say: too late', [])).toBe(false);
  });

  it('takes up a text that came while it said its last words, in the same turn', async () => {
    const { turn, result } = world.begin(['stream: 60 tokens every 20 ms']);
    await turn.until(() => turn.said.endsWith('t5'));
    expect(await world.driver.steer(turn.turnId, 'say: and more', [])).toBe(true);
    expect(await result).toEqual({ outcome: 'completed' });
    expect(turn.said).toMatch(/t60\nand more$/);
  });

  it('shows images to the model', async () => {
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    const file = path.join(world.workspacePath, 'dot.png');
    writeFileSync(file, Buffer.from(png, 'base64'));
    expect((await world.run(['say: I see.'], { imagePaths: [file] })).turn.said).toBe('I see.');
    expect(world.lastRequest()).toContain('data:image/png;base64,');
    const { result } = await world.run(['say: I see.'], {
      imagePaths: [path.join(world.workspacePath, 'gone.png')],
    });
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('gone.png') });
  });

  it('offers what droid has, and takes model and effort turn by turn', async () => {
    await world.replaceDriver({ DROID_MODEL: openaiModel });
    mkdirSync(path.join(world.workspacePath, '.factory', 'commands'), { recursive: true });
    const command = '---\ndescription: Says hello\nargument-hint: <name>\n---\nsay: hello $ARGUMENTS';
    writeFileSync(path.join(world.workspacePath, '.factory', 'commands', 'hello.md'), command);
    const { turn } = await world.run(['say: hi']);
    await waitFor(() => turn.controls !== null);
    expect(turn.controls).toMatchObject({
      models: [{ id: 'custom:gpt-5.5-0', isDefault: true, efforts: ['low', 'medium', 'high', 'xhigh'] }],
      commands: [{ name: 'hello', description: 'Says hello', argumentHint: '<name>' }],
      permissionModes: ['full-auto', 'ask-first', 'plan'],
    });
    await world.run(['say: hard'], { model: 'custom:gpt-5.5-0', effort: 'xhigh' });
    expect(world.lastRequest()).toContain('"effort":"xhigh"');
    await world.run(['say: easy'], { effort: 'low' });
    expect(world.lastRequest()).toContain('"effort":"low"');
    expect((await world.run(['/hello bob'])).turn.said).toBe('hello bob');
    for (const options of [{ model: 'unknown' }, { effort: 'silly' }]) {
      const { result } = await world.run(['say: hi'], options);
      expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('It has: ') });
    }
  });
});
