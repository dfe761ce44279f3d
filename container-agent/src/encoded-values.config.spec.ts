import { describe, expect, it } from '@jest/globals';
import { decodeEnvironment } from './encoded-values.config.ts';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

describe('decodeEnvironment', () => {
  it('puts the values where they belong, and takes the code away', () => {
    const env = { A: 'a', CODEX_WEBAPP_ENV: encode({ B: 'two\r\nlines', C: '${{x}}' }) };
    decodeEnvironment(env);
    expect(env).toEqual({ A: 'a', B: 'two\r\nlines', C: '${{x}}' });
  });

  it('leaves an environment without it alone', () => {
    const env = { A: 'a' };
    decodeEnvironment(env);
    expect(env).toEqual({ A: 'a' });
  });

  it('does not change what is set', () => {
    const env = { A: 'a', CODEX_WEBAPP_ENV: encode({ A: 'b' }) };
    decodeEnvironment(env);
    expect(env).toEqual({ A: 'a' });
  });

  it.each(['not base64!', encode('text'), encode({ A: 1 }), encode([])])(
    'refuses %s without telling it',
    (value) => {
      expect(() => decodeEnvironment({ CODEX_WEBAPP_ENV: value })).toThrow(/CODEX_WEBAPP_ENV/);
    },
  );
});
