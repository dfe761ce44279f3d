import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { AcpWorld } from './support/acp-world.ts';
import { describeWith } from './support/describe-with.ts';
import { canRun, type RealAcpAgent } from './support/real-acp-agents.ts';
import type { RecordedTurnOptions } from './support/recorded-turn.ts';
import { isRunning, whenInterrupted } from './support/running-programs.ts';
import { waitFor } from './support/wait-for.ts';

/** Opencode alone takes 6 s to start on an idle machine. */
jest.setTimeout(240_000);
Logger.overrideLogger(false);

type Ability = 'output' | 'plan' | 'question' | 'quick resume';

/** What the agents do not tell or do over the protocol, and why, as we found it by running and by reading them. */
const missing: Readonly<Record<RealAcpAgent, Partial<Readonly<Record<Ability, string>>>>> = {
  gemini: {
    output: 'it sends the call of a command without what that printed',
    plan: 'it sends no update of a plan, and of a call of write_todos only how many they are',
    question: 'started with --acp it does not give ask_user to the model',
    'quick resume': 'it loses a conversation that it loads in the minute in which it began it',
  },
  opencode: {
    // OPENCODE_ENABLE_QUESTION_TOOL gives it to the model, and the turn hangs: of what the program asks, its side of the
    // protocol hands over permissions alone.
    question: 'it gives its question to the model in its own app, command line and desktop alone',
  },
  qwen: {},
};
const plan = 'plan: look✓ | write* | test';
const question = 'ask: Tea or coffee? | Tea | Coffee';
const isFull = process.env['TEST_FULL'] === '1';
const everyAgent = Object.keys(missing) as RealAcpAgent[];
const installed = (await Promise.all(everyAgent.map(canRun))).map((is, index) => ({
  id: everyAgent[index]!,
  is,
}));

/** One program each for all that follows, as in a session. */
for (const { id, is } of installed) {
  const describeAgent = describeWith(id, is);
  const has = (what: Ability) => missing[id][what] === undefined;

  describeAgent(`AcpDriver with the real ${id}`, () => {
    let world: AcpWorld;
    beforeAll(async () => {
      world = await AcpWorld.create(id);
    });
    afterAll(() => world.close());

    it('streams thought and text', async () => {
      const { turn, result } = await world.run(['think: I will look first.', 'say: Hello there my friend.']);
      expect(result).toEqual({ outcome: 'completed' });
      expect(turn.items).toMatchObject([
        { type: 'thought', text: expect.stringContaining('I will look first.') },
        { type: 'text', text: 'Hello there my friend.' },
      ]);
      expect(turn.events.filter(({ type }) => type === 'message.delta').length).toBeGreaterThan(1);
    });

    it('shows a command and its end', async () => {
      const { turn } = await world.run(['run: echo early; sleep 1; echo later', 'say: It said {output}']);
      expect(turn.items).toMatchObject([
        {
          type: 'tool',
          kind: 'execute',
          command: 'echo early; sleep 1; echo later',
          status: 'completed',
          ...(has('output') ? { output: expect.stringMatching(/^early\nlater\n?$/) } : {}),
        },
        { type: 'text', text: expect.stringContaining('later') },
      ]);
    });

    it('shows created and edited files as diffs', async () => {
      const { turn } = await world.run([
        'write: notes.txt <<< line one\\nline two',
        'read: notes.txt',
        'edit: notes.txt | line two | line 2',
      ]);
      expect(world.read('notes.txt')).toBe('line one\nline 2\n');
      const diffs = turn.items.flatMap((item) => (item.type === 'tool' ? (item.diffs ?? []) : []));
      expect(diffs).toMatchObject([
        { path: 'notes.txt', change: 'added', patch: '@@ -0,0 +1,2 @@\n+line one\n+line two\n' },
        { path: 'notes.txt', change: 'updated', patch: '@@ -1,2 +1,2 @@\n line one\n-line two\n+line 2\n' },
      ]);
    });

    if (has('plan')) {
      it('shows the plan', async () => {
        const { turn } = await world.run([plan]);
        expect(turn.items).toContainEqual({
          type: 'plan',
          id: 'plan',
          entries: [
            { content: 'look', status: 'completed' },
            { content: 'write', status: 'in_progress' },
            { content: 'test', status: 'pending' },
          ],
        });
      });
    } else {
      it(`has no plan that could be shown: ${missing[id].plan}`, async () => {
        const { turn } = await world.run([plan]);
        const [call] = turn.items;
        expect(call).toMatchObject({ type: 'tool', title: 'Set 3 todo(s)', status: 'completed', output: '' });
        expect(JSON.stringify(turn.events)).not.toContain('look');
      });
    }

    if (has('question')) {
      it('carries a question and its answer', async () => {
        const { turn } = await world.run([question, 'say: You chose {output}'], {
          answer: (ask) => ({
            answers: ask.type === 'question.asked' ? { [ask.questions[0]!.questionId]: ['Coffee'] } : {},
          }),
        });
        expect(turn.asks).toMatchObject([
          { questions: [{ question: 'Tea or coffee?', options: [{ label: 'Tea' }, { label: 'Coffee' }] }] },
        ]);
        expect(turn.said).toContain('Coffee');
      });
    } else {
      it(`cannot ask, and goes on: ${missing[id].question}`, async () => {
        const { turn, result } = await world.run([question, 'say: I go on.'], {
          answer: () => ({ answers: {} }),
        });
        expect(result).toEqual({ outcome: 'completed' });
        expect(turn.asks).toEqual([]);
        expect(turn.said).toBe('This agent offers no tool for "ask".I go on.');
      });
    }

    it('asks first, and does what is allowed', async () => {
      const { turn, result } = await world.run(
        ['run: touch approved.txt', 'write: note.txt <<< hello', 'say: Done.'],
        { permissionMode: 'ask-first', answer: choose('allow_once') },
      );
      expect(result.outcome).toBe('completed');
      expect(turn.asks).toMatchObject([
        { type: 'permission.requested', detail: 'touch approved.txt' },
        { type: 'permission.requested', diffs: [{ path: 'note.txt', change: 'added' }] },
      ]);
      expect(existsSync(path.join(world.workspacePath, 'approved.txt'))).toBe(true);
      expect(world.read('note.txt')).toBe('hello\n');
    });

    it('does not do what is rejected', async () => {
      const { turn } = await world.run(['run: touch rejected.txt', 'say: Result: {output}'], {
        permissionMode: 'ask-first',
        answer: choose('reject_once'),
      });
      expect(turn.items.find(({ type }) => type === 'tool')).toMatchObject({ status: 'declined' });
      expect(existsSync(path.join(world.workspacePath, 'rejected.txt'))).toBe(false);
    });

    it('is told what was said with another agent before', async () => {
      const before = world.model.requests.length;
      const { turn } = await world.run(['say: I know.'], { transcript: 'user: The number is 4711.' });
      expect(turn.said).toBe('I know.');
      expect(world.sentSince(before)).toContain('The number is 4711.');
    });

    it('is interrupted in the middle of a text, keeps it, and goes on with the conversation', async () => {
      const { turn, result } = world.begin(['stream: 1000 tokens every 20 ms']);
      await turn.until(() => /t15\b/.test(turn.said));
      turn.interrupt();
      expect(await result).toEqual({ outcome: 'interrupted' });
      expect(turn.said).toMatch(/^t1 t2 t3/);
      expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
    });

    it('is interrupted in the middle of a command, which ends with all it started', async () => {
      const { turn, result } = world.begin([
        `run: trap '' TERM; setsid sleep 4711.7 & nohup sleep 4712.7 & sleep 4713.7; echo`,
      ]);
      await waitFor(() => isRunning('sleep 4711.7') && isRunning('sleep 4713.7'), 60_000);
      turn.interrupt();
      const sleeps = ['sleep 4711.7', 'sleep 4712.7', 'sleep 4713.7'];
      const [end] = await Promise.all([result, whenInterrupted(sleeps)]);
      expect(end).toEqual({ outcome: 'interrupted' });
      expect(turn.items.at(-1)).not.toMatchObject({ status: 'completed' });
    });

    if (has('quick resume')) describeResume(() => world);

    it('leaves no process behind', async () => {
      // An agent that did not end its command in time was killed with it, so a turn starts it again.
      await world.run(['say: I am here.']);
      expect(world.listProcesses().length).toBeGreaterThan(0);
      await world.driver.close();
      expect(world.listProcesses()).toEqual([]);
    });

    if (isFull && !has('quick resume')) describeResume(() => world);
    if (isFull) describe('in full', () => describeRest(() => world, has));
  });
}

function describeResume(getWorld: () => AcpWorld): void {
  it('goes on in a new container with the same volume', async () => {
    await getWorld().run(['say: My name is Scripted.']);
    await getWorld().recreate();
    const before = getWorld().model.requests.length;
    const { turn, result } = await getWorld().run(['say: back']);
    expect(result.outcome).toBe('completed');
    expect([turn.said, turn.notices]).toEqual(['back', []]);
    expect(getWorld().sentSince(before).includes('My name is Scripted.')).toBe(true);
  });
}

function describeRest(getWorld: () => AcpWorld, has: (what: Ability) => boolean): void {
  it('loses nothing of a long text', async () => {
    const { turn } = await getWorld().run(['stream: 2000 tokens']);
    expect(turn.said).toBe(Array.from({ length: 2000 }, (_, index) => `t${index + 1}`).join(' '));
  });

  it('asks no more for what is allowed for good', async () => {
    const command = 'run: touch always.txt';
    const options = { permissionMode: 'ask-first', answer: choose('allow_always') } as const;
    const { turn } = await getWorld().run([command, command, 'say: Done.'], options);
    expect(turn.asks).toHaveLength(1);
  });

  it('changes nothing in plan mode', async () => {
    const { result } = await getWorld().run(['write: planned.txt <<< no', 'say: Planned.'], {
      permissionMode: 'plan',
      answer: choose('reject_once'),
    });
    expect(result.outcome).not.toBe('failed');
    expect(existsSync(path.join(getWorld().workspacePath, 'planned.txt'))).toBe(false);
    expect((await getWorld().run(['write: then.txt <<< yes'])).result.outcome).toBe('completed');
    expect(getWorld().read('then.txt')).toBe('yes\n');
  });

  it('shows the model a picture', async () => {
    const file = path.join(getWorld().workspacePath, 'dot.png');
    writeFileSync(file, Buffer.from(onePixel, 'base64'));
    const before = getWorld().model.requests.length;
    const { turn } = await getWorld().run(['say: I see.'], { imagePaths: [file] });
    expect(turn.said).toBe('I see.');
    expect(getWorld().sentSince(before).includes(onePixel)).toBe(true);
  });

  it('fails a turn with a model it does not have, and says which it has', async () => {
    const { result } = await getWorld().run(['say: hi'], { model: 'no-such-model' });
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('no-such-model') });
  });

  it('fails with the words of a refusal', async () => {
    const { result } = await getWorld().run(['fail: 400 x99 the model does not like this']);
    expect(result).toEqual({
      outcome: 'failed',
      reason: expect.stringContaining('the model does not like this'),
    });
    expect((await getWorld().run(['say: next'])).turn.said).toBe('next');
  });

  it('fails with advice when the login is refused', async () => {
    const { result } = await getWorld().run(['fail: 401 x99 Incorrect API key provided']);
    expect(result).toEqual({ outcome: 'failed', reason: expect.stringContaining('login') });
  });

  it.each([429, 500])('goes on after %d', async (status) => {
    const { turn, result } = await getWorld().run([`fail: ${status} x1 try later`, 'say: At last.']);
    expect(result).toEqual({ outcome: 'completed' });
    expect(turn.said).toBe('At last.');
  });

  it('goes on after a cut connection, or says that it was cut', async () => {
    const { turn, result } = await getWorld().run(['drop: after 2 tokens x1', 'say: a b c d']);
    // Some ask the model to go on from there, which it does in words of its own.
    expect(turn.said).toMatch(/^a b/);
    if (result.outcome !== 'completed') expect(result.reason).toContain('connection');
    expect((await getWorld().run(['say: next'])).turn.said).toBe('next');
  });

  it('answers two prompts at once one after the other', async () => {
    const first = getWorld().begin(['stream: 50 tokens every 5 ms']);
    const second = getWorld().begin(['say: second']);
    expect([await first.result, await second.result]).toEqual([
      { outcome: 'completed' },
      { outcome: 'completed' },
    ]);
    expect(first.turn.said).toMatch(/^t1 .* t50$/);
    expect(second.turn.said).toBe('second');
  });

  it('reports the death of the program, and goes on with the conversation afterwards', async () => {
    await getWorld().run(['say: My number is 42.']);
    const { turn, result } = getWorld().begin(['run: sleep 4714.7']);
    await turn.until(() => turn.items.some(({ type }) => type === 'tool'));
    for (const pid of getWorld().listProcesses()) killQuietly(pid);
    expect(await result).toEqual({ outcome: 'failed', reason: expect.stringContaining('SIGKILL') });
    await waitFor(() => !isRunning('sleep 4714.7'));
    const before = getWorld().model.requests.length;
    const next = await getWorld().run(['say: back']);
    expect([next.result.outcome, next.turn.said]).toEqual(['completed', 'back']);
    if (!has('quick resume')) return;
    expect(next.turn.notices).toEqual([]);
    expect(getWorld().sentSince(before).includes('My number is 42.')).toBe(true);
  });

  it('says so when the conversation is lost, and starts afresh with a transcript of it', async () => {
    await getWorld().run(['say: hi']);
    await getWorld().forget();
    const before = getWorld().model.requests.length;
    const { turn, result } = await getWorld().run(['say: new'], { recollection: 'We spoke of 4711.' });
    expect(result.outcome).toBe('completed');
    expect(turn.notices).toEqual([expect.stringContaining('starts afresh, with a transcript')]);
    expect(getWorld().sentSince(before)).toContain('We spoke of 4711.');
    expect((await getWorld().run(['say: again'])).turn.notices).toEqual([]);
  });
}

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Answers a request for permission with an option of this kind. */
function choose(kind: string): NonNullable<RecordedTurnOptions['answer']> {
  return (ask) => {
    const options = ask.type === 'permission.requested' ? ask.options : [];
    return { optionId: options.find((option) => option.kind === kind)?.optionId ?? 'none' };
  };
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended with its parent.
  }
}
