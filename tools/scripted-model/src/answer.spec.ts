import { describe, expect, it } from '@jest/globals';

import { chooseTools, nextAnswer } from './answer.ts';
import { parseScript } from './script.ts';

const script = chooseTools(parseScript('say: a\nrun: one\nsay: b\nrun: two\nsay: c'), (step) =>
  step.kind === 'run' ? { kind: 'function', name: 'shell', input: { command: step.command } } : null,
);

describe('nextAnswer', () => {
  it('ends at the first call', () => {
    expect(nextAnswer(script, 0)).toEqual(script.slice(0, 2));
  });

  it('goes on after the last finished call', () => {
    expect(nextAnswer(script, 1)).toEqual(script.slice(2, 4));
    expect(nextAnswer(script, 2)).toEqual(script.slice(4));
  });

  it('is empty when the script is over', () => {
    expect(nextAnswer(script.slice(0, 4), 2)).toEqual([]);
    expect(nextAnswer(script, 3)).toEqual([]);
  });
});

describe('chooseTools', () => {
  it('says what the agent has no tool for', () => {
    expect(chooseTools(parseScript('plan: a | b'), () => null)).toEqual([
      { kind: 'say', text: 'This agent offers no tool for "plan".' },
    ]);
  });
});
