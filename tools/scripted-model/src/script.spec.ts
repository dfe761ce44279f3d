import { describe, expect, it } from '@jest/globals';

import { parseScript, ScriptError, type Step } from './script.ts';

describe('parseScript', () => {
  const directives: readonly (readonly [string, Step])[] = [
    ['say: Hello', { kind: 'say', text: 'Hello' }],
    ['say: one\\ntwo\\ttabs \\\\n', { kind: 'say', text: 'one\ntwo\ttabs \\n' }],
    ['think: hm', { kind: 'think', text: 'hm' }],
    ["run: printf 'a\\n' | wc -l", { kind: 'run', command: "printf 'a\\n' | wc -l" }],
    ['start: npm run dev', { kind: 'start', command: 'npm run dev' }],
    ['write: a b.txt <<< x\\n  y', { kind: 'write', path: 'a b.txt', content: 'x\n  y' }],
    ['write: empty.txt <<<', { kind: 'write', path: 'empty.txt', content: '' }],
    [
      'edit: a.ts |   old |   new \\| old',
      { kind: 'edit', path: 'a.ts', before: '  old', after: '  new | old' },
    ],
    ['edit: a.ts | old |', { kind: 'edit', path: 'a.ts', before: 'old', after: '' }],
    ['move: a | b | old | new', { kind: 'move', path: 'a', target: 'b', before: 'old', after: 'new' }],
    ['delete: a.txt', { kind: 'delete', path: 'a.txt' }],
    ['read: a.txt', { kind: 'read', path: 'a.txt' }],
    ['ask: Tea? | Yes | No', { kind: 'ask', question: 'Tea?', options: ['Yes', 'No'] }],
    ['stream: 20 tokens every 5 ms', { kind: 'stream', tokens: 20, everyMs: 5 }],
    ['stream: 20', { kind: 'stream', tokens: 20, everyMs: 0 }],
    ['stall: 500 ms', { kind: 'stall', ms: 500 }],
    ['fail: 429 x3 slow down', { kind: 'fail', status: 429, times: 3, message: 'slow down' }],
    ['fail: 500', { kind: 'fail', status: 500, times: 1, message: 'The script asked for 500.' }],
    ['drop', { kind: 'drop', afterTokens: 0, times: 1 }],
    ['drop: x2', { kind: 'drop', afterTokens: 0, times: 2 }],
    ['drop: after 3 tokens x2', { kind: 'drop', afterTokens: 3, times: 2 }],
    ['usage: 1200 80', { kind: 'usage', inputTokens: 1200, outputTokens: 80 }],
  ];

  it.each(directives)('reads %j', (line, step) => {
    expect(parseScript(line)).toEqual([step]);
  });

  it('reads the state of each step of a plan', () => {
    expect(parseScript('plan: look✓ | write * | test')).toEqual([
      {
        kind: 'plan',
        entries: [
          { step: 'look', status: 'completed' },
          { step: 'write', status: 'in_progress' },
          { step: 'test', status: 'pending' },
        ],
      },
    ]);
  });

  it('keeps the order of the lines and skips prose between them', () => {
    const kinds = parseScript('Please do this:\r\n  think: hm\r\n\r\nrun: ls\r\nNote: thanks').map(
      (step) => step.kind,
    );
    expect(kinds).toEqual(['think', 'run']);
  });

  it('answers prose by repeating it', () => {
    expect(parseScript('How are you?')).toEqual([
      { kind: 'say', text: expect.stringContaining('You said: How are you?') },
    ]);
  });

  it.each([
    'run:',
    'read:',
    'write: a.txt',
    'edit: a.txt | only old',
    'edit: a | b | c | d',
    'move: a | b',
    'delete:',
    'plan: a | | b',
    'ask: Tea? | Yes',
    'stream: many',
    'stall: soon',
    'fail: 200',
    'fail: soon',
    'drop: soon',
    'usage: 1',
  ])('refuses %j and names its line', (line) => {
    expect(() => parseScript(`say: hi\n${line}`)).toThrow(ScriptError);
    expect(() => parseScript(`say: hi\n${line}`)).toThrow(/^Line 2 is not understood: .* Write it like "/);
  });
});
