import { describe, expect, it } from '@jest/globals';
import { containerStartSteps } from '@codex-webapp/contracts';
import { StartSteps } from './start-steps.ts';

/** A start whose clock each step moves by itself. */
function begin(between?: typeof containerStartSteps) {
  let now = 1_000;
  const steps = new StartSteps(() => now, between);
  const rows = () => steps.list().map(({ name, state, tookMs }) => [name, state, tookMs]);
  return { steps, rows, pass: (ms: number) => (now += ms) };
}

describe('the steps of a start', () => {
  it('are those of the provider, each with the time it took', () => {
    const { steps, rows, pass } = begin(containerStartSteps);
    for (const [name, ms] of [
      ['volume', 100],
      ['network', 20],
      ['create', 300],
      ['start', 40],
      ['connect', 500],
    ] as const) {
      pass(ms);
      steps.advance(name, null);
    }
    pass(6_000);
    expect(rows().at(-1)).toEqual(['connect', 'running', null]);
    steps.finish('done');
    expect(rows()).toEqual([
      ['image', 'done', 100],
      ['volume', 'done', 20],
      ['network', 'done', 300],
      ['create', 'done', 40],
      ['start', 'done', 500],
      ['connect', 'done', 6_000],
    ]);
  });

  it('have no volume and no network where the provider has none of its own', () => {
    const { steps, rows } = begin();
    expect(steps.advance('volume', null)).toBe(false);
    expect(rows().map(([name]) => name)).toEqual(['image', 'create', 'start', 'connect']);
  });

  it('show which one failed, and those after it as not begun', () => {
    const { steps, rows, pass } = begin(containerStartSteps);
    steps.advance('volume', null);
    steps.advance('network', null);
    pass(30);
    steps.finish('failed');
    expect(rows()).toEqual([
      ['image', 'done', 0],
      ['volume', 'done', 0],
      ['network', 'failed', 30],
      ['create', 'waiting', null],
      ['start', 'waiting', null],
      ['connect', 'waiting', null],
    ]);
  });

  it('go forward only, also when the provider begins once more', () => {
    const { steps, rows } = begin(containerStartSteps);
    steps.advance('create', null);
    expect(steps.advance('volume', null)).toBe(false);
    expect(rows().find(([, state]) => state === 'running')).toEqual(['create', 'running', null]);
  });
});
