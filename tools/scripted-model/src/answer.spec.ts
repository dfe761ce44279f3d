import { describe, expect, it } from '@jest/globals';

import { chooseTools, nextAnswer } from './answer.ts';
import { parseScript } from './script.ts';

const script = chooseTools(parseScript('say: a\nrun: one\nsay: b\nstart: two\nsay: c'), (step) =>
  step.kind === 'run' || step.kind === 'start'
    ? { kind: 'function', name: 'shell', input: { command: step.command } }
    : null,
);

const pendingCall = { kind: 'function', name: 'wait', input: {} } as const;

describe('nextAnswer', () => {
  it('ends at the first call', () => {
    expect(nextAnswer(script, { finishedCalls: 0, pendingCall: null })).toEqual(script.slice(0, 2));
  });

  it('goes on after the last finished call', () => {
    expect(nextAnswer(script, { finishedCalls: 1, pendingCall: null })).toEqual(script.slice(2, 4));
    expect(nextAnswer(script, { finishedCalls: 2, pendingCall: null })).toEqual(script.slice(4));
  });

  it('waits for a command that was run, not for one that was started', () => {
    expect(nextAnswer(script, { finishedCalls: 1, pendingCall })).toEqual([
      { kind: 'call', call: pendingCall, waits: true },
    ]);
    expect(nextAnswer(script, { finishedCalls: 2, pendingCall })).toEqual(script.slice(4));
  });

  it('is empty when the script is over', () => {
    expect(nextAnswer(script.slice(0, 4), { finishedCalls: 2, pendingCall: null })).toEqual([]);
    expect(nextAnswer(script, { finishedCalls: 3, pendingCall: null })).toEqual([]);
  });
});

describe('chooseTools', () => {
  it('says what the agent has no tool for', () => {
    expect(chooseTools(parseScript('plan: a | b'), () => null)).toEqual([
      { kind: 'say', text: 'This agent offers no tool for "plan".' },
    ]);
  });
});
