import { describe, expect, it } from '@jest/globals';
import { safeNextPath } from './safe-next-path.ts';

describe('safeNextPath', () => {
  it.each(['/', '/sessions/s1', '/sessions/s1?q=a%20b#x', '/settings'])('keeps %s', (path) => {
    expect(safeNextPath(path)).toBe(path);
  });

  it.each([
    null,
    '',
    'settings',
    'https://evil.example/',
    '//evil.example',
    '//evil.example/settings',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n//evil.example',
    'javascript:alert(1)',
    '/..//evil.example',
    '/.//evil.example',
    '/login?next=/login',
  ])('turns %j into the start page', (path) => {
    expect(safeNextPath(path)).toBe('/');
  });
});
