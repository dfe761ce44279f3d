import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RecordedTurn, type RecordedTurnOptions } from '../../../test/support/recorded-turn.ts';
import { ConversationMemory } from './conversation-memory.ts';

const completed = { outcome: 'completed' } as const;

describe('ConversationMemory', () => {
  let root: string;
  let memory: ConversationMemory;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'memory-'));
    memory = new ConversationMemory('Agent', root, 'agent');
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const turnOf = (options: Partial<RecordedTurnOptions> = {}) =>
    new RecordedTurn({ text: 'go on', workspacePath: root, ...options });
  const recollection = 'What was said.';

  /** As a driver whose agent lost what it had. */
  async function lose(turn: RecordedTurn): Promise<string> {
    await memory.find(turn);
    memory.lose();
    await memory.write('new');
    return memory.compose(turn);
  }

  it('tells an agent what others were asked, and nothing else, while it remembers', async () => {
    await memory.find(turnOf());
    await memory.write('one');
    expect(await memory.compose(turnOf({ recollection }))).toBe('go on');
    expect(await memory.compose(turnOf({ recollection, transcript: 'Others.' }))).toBe('Others.\n\ngo on');
  });

  it('tells an agent that lost its conversation all that was said, once', async () => {
    const turn = turnOf({ recollection, transcript: 'Others.' });
    expect(await lose(turn)).toBe('What was said.\n\ngo on');
    expect(turn.notices).toEqual([expect.stringContaining('with a transcript')]);
    await memory.settle(completed);
    expect(await memory.compose(turnOf({ recollection }))).toBe('go on');
  });

  it('knows of a loss by what the session remembers, where its own file is gone too', async () => {
    const turn = turnOf({ recollection, isContinued: true });
    expect(await memory.find(turn)).toBeNull();
    expect(await memory.compose(turn)).toContain('What was said.');
    expect(turn.notices).toHaveLength(1);
  });

  it('leaves a command alone, and tells it with the next message', async () => {
    const command = turnOf({ text: '/compact', recollection });
    expect(await lose(command)).toBe('/compact');
    expect(command.notices).toEqual([expect.stringContaining('Your next message')]);
    await memory.settle(completed);
    const next = turnOf({ recollection });
    expect(await memory.compose(next)).toContain('What was said.');
    expect(next.notices).toEqual([]);
  });

  it.each([
    ['the turn failed', { recollection }, { outcome: 'failed' }],
    ['nobody could say what was said', {}, completed],
  ] as const)('tells it again when %s, also after a restart', async (_what, options, result) => {
    await lose(turnOf(options));
    await memory.settle(result);
    memory = new ConversationMemory('Agent', root, 'agent');
    const next = turnOf({ recollection });
    expect(await memory.find(next)).toBe('new');
    expect(await memory.compose(next)).toContain('What was said.');
    expect(next.notices).toEqual([]);
  });
});
