import { describe, expect, it } from '@jest/globals';
import { chooseLink, findCode } from './screen-facts.ts';

const of = { hosts: ['auth.openai.com'], issuer: null };

describe('what the screen of a login says', () => {
  it('is a link of the maker', () => {
    expect(chooseLink(['https://auth.openai.com/codex/device'], of)).toBe(
      'https://auth.openai.com/codex/device',
    );
  });

  it.each([
    'http://auth.openai.com/codex/device',
    'https://auth.openai.com.example.net/codex/device',
    'https://example.net/https://auth.openai.com/',
    'https://auth.openai.com:8443/codex/device',
    'https://auth.openai.com@example.net/',
    'https://user:word@auth.openai.com/',
    'javascript:alert(1)//auth.openai.com',
    'https://sub.auth.openai.com/',
    'not a link',
  ])('is no link: %s', (link) => {
    expect(chooseLink([link], of)).toBeNull();
  });

  it('is a link of where this server was told to log in, and of nowhere beside it', () => {
    const told = { ...of, issuer: 'http://127.0.0.1:4000/base' };
    expect(chooseLink(['http://127.0.0.1:4001/x', 'http://127.0.0.1:4000/y'], told)).toBe(
      'http://127.0.0.1:4000/y',
    );
  });

  it('is a code that stands alone', () => {
    expect(findCode(['2. Enter this one-time code', '   ABCD-EFGH1', ''])).toBe('ABCD-EFGH1');
    expect(findCode(['550E-8400-E29B', 'v1.2', 'XABCD-EFGH', 'abcd-efgh'])).toBeNull();
  });
});
