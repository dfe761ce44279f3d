import { describe, expect, it } from '@jest/globals';
import { toUse } from './dokploy-stats.ts';

describe('what Dokploy says of a container', () => {
  it.each([
    ['12.50%', '64MiB / 1GiB', 0.125, 64 * 1024 ** 2, 1024 ** 3],
    ['0.00%', '956KiB / 15.61GiB', 0, 956 * 1024, Math.round(15.61 * 1024 ** 3)],
    ['187.31%', '0B / 0B', 1.8731, 0, null],
  ])('is read: %s and %s', (CPUPerc, MemUsage, cores, usedBytes, limitBytes) => {
    expect(toUse({ CPUPerc, MemUsage })).toEqual({ cpu: { cores }, memory: { usedBytes, limitBytes } });
  });

  it('is nothing when the container has just ended', () => {
    expect(toUse({ CPUPerc: '--', MemUsage: '-- / --' })).toEqual({});
  });

  it('is nothing when it is something else', () => {
    expect(toUse({ CPUPerc: 'a lot', MemUsage: '1 million / 2' })).toEqual({});
  });
});
