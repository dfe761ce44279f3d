import { describe, expect, it } from '@jest/globals';
import { addressKey, LoginThrottle } from './login-throttle.ts';

describe('addressKey', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::1', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
  ])('counts %s as %s', (ip, key) => {
    expect(addressKey(ip)).toBe(key);
  });
});

describe('LoginThrottle', () => {
  it('lets at most five of a hundred guesses through, from however many addresses', async () => {
    const throttle = new LoginThrottle();
    const guesses = Array.from({ length: 100 }, (_, index) =>
      throttle.count({ userKey: 'ada', ip: `203.0.113.${index % 50}`, device: null }),
    );
    const results = await Promise.allSettled(guesses);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('counts the browser of the owner apart', async () => {
    const throttle = new LoginThrottle();
    for (let i = 0; i < 20; i += 1)
      await throttle.count({ userKey: 'ada', ip: `198.51.100.${i}`, device: null }).catch(() => undefined);
    await expect(
      throttle.count({ userKey: 'ada', ip: '192.0.2.1', device: 'hers' }),
    ).resolves.toBeUndefined();
  });

  it('forgives a right password', async () => {
    const throttle = new LoginThrottle();
    const attempt = { userKey: 'ada', ip: '203.0.113.1', device: null };
    for (let i = 0; i < 200; i += 1) {
      await throttle.count(attempt);
      await throttle.forgive(attempt);
    }
  });
});
