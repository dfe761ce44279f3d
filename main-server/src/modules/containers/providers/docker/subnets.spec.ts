import { describe, expect, it } from '@jest/globals';
import { isIPv4Range, overlaps, parsePool, subnetsOf } from './subnets.ts';

describe('parsePool', () => {
  it('gives one half to sessions with internet and one to those without', () => {
    expect(parsePool('10.213.0.0/16')).toEqual({
      all: '10.213.0.0/16',
      open: '10.213.0.0/17',
      closed: '10.213.128.0/17',
    });
  });

  it.each(['10.213.0.0', '10.213.0.0/24', '10.213.0.0/33', 'fd00::/64', 'x', '10.213.0/16', '256.0.0.0/8'])(
    'refuses %s',
    (text) => {
      expect(() => parsePool(text)).toThrow();
    },
  );
});

describe('subnetsOf', () => {
  it('names each place once, with the router at its first address', () => {
    const subnets = [...subnetsOf('10.213.128.0/23', 'session')];
    expect(subnets).toHaveLength(64);
    expect(new Set(subnets.map(({ cidr }) => cidr)).size).toBe(64);
    expect(subnets).toContainEqual({ cidr: '10.213.129.248/29', router: '10.213.129.249' });
    for (const { cidr } of subnets) expect(overlaps(cidr, '10.213.128.0/23')).toBe(true);
  });

  it('begins at the same place for the same session, and elsewhere for another', () => {
    const first = (id: string) => [...subnetsOf('10.213.0.0/17', id)][0]?.cidr;
    expect(first('one')).toBe(first('one'));
    expect(first('one')).not.toBe(first('another'));
  });
});

describe('overlaps', () => {
  it.each([
    ['10.0.0.0/8', '10.213.0.8/29', true],
    ['10.213.0.8/29', '10.213.0.0/29', false],
    ['10.213.0.9', '10.213.0.8/29', true],
    ['192.168.0.0/16', '192.169.0.0/16', false],
    ['0.0.0.0/0', '1.2.3.4', true],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(overlaps(one, other)).toBe(expected);
    expect(overlaps(other, one)).toBe(expected);
  });

  it('tells an address from a name', () => {
    expect(['1.2.3.4', '1.2.3.0/24'].map(isIPv4Range)).toEqual([true, true]);
    expect(['main-server', 'a.b', '1.2.3', '1.2.3.4.5', '::1', ''].map(isIPv4Range)).toEqual(
      Array(6).fill(false),
    );
  });
});
