import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { BriefMemory } from './brief-memory.ts';

function setUp() {
  const clock = new FakeClock();
  return { clock, memory: new BriefMemory<string>(clock), search: jest.fn(async () => 'found') };
}

describe('BriefMemory', () => {
  it('searches once for all who ask at the same time', async () => {
    const { memory, search } = setUp();
    const found = await Promise.all([memory.find('a', search), memory.find('a', search)]);
    expect(found).toEqual(['found', 'found']);
    expect(search).toHaveBeenCalledTimes(1);
  });

  it('believes an answer for a second', async () => {
    const { memory, search, clock } = setUp();
    await memory.find('a', search);
    clock.advance(999);
    await memory.find('a', search);
    expect(search).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await memory.find('a', search);
    expect(search).toHaveBeenCalledTimes(2);
  });

  it('asks again for what was not found, and after a failure', async () => {
    const { memory } = setUp();
    expect(await memory.find('a', async () => null)).toBeNull();
    await expect(memory.find('a', () => Promise.reject(new Error('no database')))).rejects.toThrow(
      'no database',
    );
    expect(await memory.find('a', async () => 'found')).toBe('found');
  });

  it('forgets at once, also what a search under way brings', async () => {
    const { memory, search } = setUp();
    await memory.find('a', search);
    const underWay = memory.find('b', search);
    memory.forget(() => true);
    await underWay;
    await memory.find('a', search);
    await memory.find('b', search);
    expect(search).toHaveBeenCalledTimes(4);
  });
});
