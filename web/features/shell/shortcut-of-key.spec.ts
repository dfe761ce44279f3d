import { describe, expect, it } from '@jest/globals';
import { shortcutOfKey } from './shortcut-of-key.ts';

const key = (name: string, modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...modifiers,
});

describe('shortcutOfKey', () => {
  it.each([
    ['c', 'new-session'],
    ['j', 'next'],
    ['k', 'previous'],
    ['/', 'search'],
    ['?', 'help'],
  ])('takes %s for %s', (name, shortcut) => {
    expect(shortcutOfKey(key(name), false)).toBe(shortcut);
  });

  it('leaves letters to the field they are typed into', () => {
    expect(shortcutOfKey(key('c'), true)).toBeNull();
  });

  it.each(['ctrlKey', 'metaKey'] as const)(
    'opens the search with %s and K, also from a field',
    (modifier) => {
      expect(shortcutOfKey(key('k', { [modifier]: true }), true)).toBe('palette');
      expect(shortcutOfKey(key('K', { [modifier]: true }), true)).toBe('palette');
    },
  );

  it('leaves copying and what the browser does with Alt alone', () => {
    expect(shortcutOfKey(key('c', { ctrlKey: true }), false)).toBeNull();
    expect(shortcutOfKey(key('j', { altKey: true }), false)).toBeNull();
    expect(shortcutOfKey(key('toString'), false)).toBeNull();
  });
});
