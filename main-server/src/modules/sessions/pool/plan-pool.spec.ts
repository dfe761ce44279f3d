import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { choosePooled, planPool, pooledMaxMs, type Pooled, type PoolState } from './plan-pool.ts';

const now = 1_800_000_000_000;

const pooledOne = fc.record({
  stage: fc.constantFrom<Pooled['stage']>('starting', 'ready', 'lost', 'ended', 'used'),
  recipe: fc.constantFrom('old', 'new'),
  madeAt: fc.integer({ min: now - 2 * pooledMaxMs, max: now }),
});
const pooled = fc
  .array(pooledOne, { maxLength: 12 })
  .map((all) => all.map((one, index) => ({ ...one, sessionId: `s${index}` })));
const state: fc.Arbitrary<PoolState> = fc.record({
  pooled,
  size: fc.integer({ min: 0, max: 8 }),
  recipe: fc.constantFrom('new', null),
  free: fc.oneof(fc.integer({ min: -6, max: 12 }), fc.constant(Number.POSITIVE_INFINITY)),
  endedAt: fc
    .array(fc.integer({ min: now - 3_600_000, max: now }), { maxLength: 5 })
    .map((all) => all.sort((one, other) => one - other)),
});

/** What there is once the plan is carried out and everything that was made runs. */
function carryOut(before: PoolState): PoolState {
  const { forget, remove, make } = planPool(before, now);
  const gone = [...forget, ...remove];
  const left = before.pooled.filter(({ sessionId }) => !gone.includes(sessionId));
  const made = Array.from({ length: make }, (_none, index) => ({
    sessionId: `made${index}`,
    stage: 'ready' as const,
    recipe: before.recipe ?? '',
    madeAt: now,
  }));
  const running = (all: readonly Pooled[]): number => all.filter(({ stage }) => stage !== 'ended').length;
  const all = [...left, ...made];
  return { ...before, pooled: all, free: before.free + running(before.pooled) - running(all) };
}

describe('planPool', () => {
  it('never leads to more than shall wait, nor to more than there is room for', () => {
    fc.assert(
      fc.property(state, (before) => {
        const after = carryOut(before);
        expect(after.pooled.length).toBeLessThanOrEqual(before.size);
        if (after.free < 0) expect(after.pooled).toEqual([]);
      }),
    );
  });

  it('leads to as many as shall wait wherever there is room and nothing has ended', () => {
    fc.assert(
      fc.property(state, (drawn) => {
        const before = { ...drawn, recipe: 'new', free: Number.POSITIVE_INFINITY, endedAt: [] };
        const { pooled: after } = carryOut(before);
        expect(after).toHaveLength(before.size);
      }),
    );
  });

  it('has nothing more to do once it is carried out', () => {
    fc.assert(
      fc.property(state, (before) => {
        const isQuiet = before.endedAt.length === 0;
        const plan = planPool(carryOut(before), now);
        expect([...plan.remove, ...plan.forget]).toEqual([]);
        if (isQuiet) expect(plan.make).toBe(0);
      }),
    );
  });

  it('keeps none that has ended, is made from something older, or is too old itself', () => {
    fc.assert(
      fc.property(state, (before) => {
        const { forget, remove } = planPool(before, now);
        const gone = [...forget, ...remove];
        const left = before.pooled.filter(({ sessionId }) => !gone.includes(sessionId));
        for (const one of left) {
          expect(one.stage).not.toBe('ended');
          if (before.recipe === null || one.stage === 'lost') continue;
          expect(one.recipe).toBe(before.recipe);
          expect(now - one.madeAt).toBeLessThan(pooledMaxMs);
        }
      }),
    );
  });

  it('takes away one that can be claimed only when no other is left to take', () => {
    fc.assert(
      fc.property(state, (before) => {
        const { remove } = planPool({ ...before, recipe: null }, now);
        const isTaken = ({ sessionId }: Pooled): boolean => remove.includes(sessionId);
        const ready = before.pooled.filter(({ stage }) => stage === 'ready');
        const others = before.pooled.filter(({ stage }) => !['ready', 'used'].includes(stage));
        if (ready.some(isTaken)) expect(others.every(isTaken)).toBe(true);
      }),
    );
  });

  it('deletes the data of none that was used', () => {
    fc.assert(
      fc.property(state, (before) => {
        const { forget, remove } = planPool(before, now);
        const used = before.pooled.filter(({ stage }) => stage === 'used');
        expect(forget).toEqual(used.map(({ sessionId }) => sessionId));
        expect(remove.filter((id) => forget.includes(id))).toEqual([]);
      }),
    );
  });

  it('makes none from something it does not know', () => {
    fc.assert(
      fc.property(state, (before) => {
        expect(planPool({ ...before, recipe: null }, now).make).toBe(0);
      }),
    );
  });

  it('replaces a first one that ended at once, and further ones after growing pauses', () => {
    const after = (...minutesAgo: readonly number[]): number =>
      planPool(
        {
          pooled: [],
          size: 2,
          recipe: 'new',
          free: 5,
          endedAt: minutesAgo.map((minutes) => now - minutes * 60_000),
        },
        now,
      ).make;
    expect(after()).toBe(2);
    expect(after(0)).toBe(2);
    expect(after(0.2, 0)).toBe(0);
    expect(after(1, 0.6)).toBe(2);
    expect(after(5, 4, 1)).toBe(0);
    expect(after(20, 15, 10, 9)).toBe(0);
    expect(after(29, 28, 27, 11)).toBe(2);
    expect(after(50, 45, 40, 0)).toBe(2);
  });
});

describe('choosePooled', () => {
  it('gives up those that nobody could claim yet before those that somebody can', () => {
    fc.assert(
      fc.property(pooled, fc.nat({ max: 12 }), (all, count) => {
        const running = all.filter(({ stage }) => !['ended', 'used'].includes(stage));
        const chosen = choosePooled(all, count);
        expect(chosen).toHaveLength(Math.min(count, running.length));
        const isChosen = ({ sessionId }: Pooled): boolean => chosen.includes(sessionId);
        const ready = running.filter(({ stage }) => stage === 'ready');
        const others = running.filter(({ stage }) => stage !== 'ready');
        if (ready.some(isChosen)) expect(others.every(isChosen)).toBe(true);
      }),
    );
  });
});
