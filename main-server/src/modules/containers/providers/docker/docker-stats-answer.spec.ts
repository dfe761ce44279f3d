import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { statsAnswerSchema, toUse } from './docker-stats-answer.ts';

function fixture(name: string): object {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as object;
}

const parse = (answer: object) => toUse(statsAnswerSchema.parse(answer));

describe('what the engine says of a container', () => {
  it('is read with the first version of control groups', () => {
    const { memory_stats: memory } = fixture('stats-cgroup-v1') as Memory;
    expect(memory.stats).toHaveProperty('total_inactive_file');
    expect(parse(fixture('stats-cgroup-v1'))).toEqual({
      cpu: {
        run: '4bd0a6f6d4d7c0a1b7a3d57a9f6c1b2e8d5f0c3a7e9b1d4f6a8c0e2b4d6f8a1c',
        usedSeconds: 12.345678901,
        at: Date.UTC(2026, 10, 27, 9, 5, 4, 321),
        machineCores: 2,
      },
      memory: { usedBytes: memory.usage - 20_971_520, limitBytes: 268_435_456 },
    });
  });

  it('is read with the second version of control groups', () => {
    const { memory_stats: memory } = fixture('stats-cgroup-v2') as Memory;
    expect(memory.stats).not.toHaveProperty('total_inactive_file');
    expect(parse(fixture('stats-cgroup-v2'))).toMatchObject({
      cpu: { usedSeconds: 3.912412, machineCores: 8 },
      memory: { usedBytes: memory.usage - 31_457_280, limitBytes: 4_294_967_296 },
    });
  });

  it('never counts less than nothing when more is cached than is in use', () => {
    const answer = fixture('stats-cgroup-v2') as Memory;
    answer.memory_stats.stats['inactive_file'] = answer.memory_stats.usage + 1;
    expect(parse(answer)?.memory?.usedBytes).toBe(answer.memory_stats.usage);
  });

  it('is nothing for a container that does not run', () => {
    expect(parse(fixture('stats-stopped'))).toBeNull();
  });

  it('may leave out what the engine cannot count', () => {
    const { id, read } = fixture('stats-cgroup-v2') as Memory;
    expect(parse({ id, read, cpu_stats: {}, memory_stats: {} })).toEqual({ cpu: null, memory: null });
    expect(parse({ id, read, cpu_stats: null, memory_stats: null })).toEqual({ cpu: null, memory: null });
  });

  it('is refused when it is something else', () => {
    expect(() => parse({ message: 'no' })).toThrow();
    expect(() =>
      parse({ read: '2026-11-27T09:05:04Z', cpu_stats: { cpu_usage: { total_usage: '1' } } }),
    ).toThrow();
  });
});

interface Memory {
  readonly id: string;
  readonly read: string;
  readonly memory_stats: { readonly usage: number; readonly stats: Record<string, number> };
}
