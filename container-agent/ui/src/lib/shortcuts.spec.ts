import { describe, expect, it } from '@jest/globals';
import { toShortcut } from './shortcuts.ts';

const press = (
  key: string,
  keys: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...keys,
});

describe('toShortcut', () => {
  it('knows the palette on every platform, also while typing', () => {
    expect(toShortcut(press('k', { metaKey: true }), true)).toBe('palette');
    expect(toShortcut(press('K', { ctrlKey: true }), true)).toBe('palette');
  });

  it('leaves plain keys to a text', () => {
    for (const key of ['?', '/', 'c', 'k']) expect(toShortcut(press(key), true)).toBeNull();
  });

  it('knows plain keys elsewhere', () => {
    expect(toShortcut(press('?', { shiftKey: true }), false)).toBe('help');
    expect(toShortcut(press('/'), false)).toBe('search');
    expect(toShortcut(press('c'), false)).toBe('new-session');
  });

  it('leaves the browser its own', () => {
    expect(toShortcut(press('c', { ctrlKey: true }), false)).toBeNull();
    expect(toShortcut(press('k', { altKey: true, ctrlKey: true }), false)).toBeNull();
    expect(toShortcut(press('x'), false)).toBeNull();
  });
});
