import { describe, expect, it } from '@jest/globals';
import {
  emptyDraft,
  hintOfValue,
  keepsSecret,
  problemOfName,
  toDraft,
  toSameRequest,
  toValueRequest,
} from './value-draft.ts';

const secret = { name: 'TOKEN', isSecret: true, value: null };
const plain = { name: 'CI', isSecret: false, value: 'yes' };

describe('a draft of a value', () => {
  it('keeps a secret that nobody types anew', () => {
    const draft = toDraft(secret);
    expect(keepsSecret(draft)).toBe(true);
    expect(toValueRequest(draft)).toEqual({ name: 'TOKEN', isSecret: true });
  });

  it.each([
    ['another value', { value: 'new' }, { name: 'TOKEN', value: 'new', isSecret: true }],
    ['another name', { name: 'OTHER' }, { name: 'OTHER', value: '', isSecret: true }],
    ['no secret any more', { isSecret: false }, { name: 'TOKEN', value: '', isSecret: false }],
  ])('sends what is typed: %s', (_what, typed, request) => {
    expect(toValueRequest({ ...toDraft(secret), ...typed })).toEqual(request);
  });

  it('sends a plain value again, and nothing that it never was told', () => {
    expect([plain, secret].map(toSameRequest)).toEqual([
      { name: 'CI', value: 'yes', isSecret: false },
      { name: 'TOKEN', isSecret: true },
    ]);
    expect(toValueRequest({ ...emptyDraft('1', true), name: ' A ', value: ' b ' })).toEqual({
      name: 'A',
      value: ' b ',
      isSecret: true,
    });
  });

  it('says why a name cannot be', () => {
    expect(problemOfName('', [plain])).toBeNull();
    expect(problemOfName('GOOD_ONE', [plain])).toBeNull();
    expect(problemOfName('CI', [plain])).toMatch(/already/);
    expect(problemOfName('LD_PRELOAD', [])).toMatch(/loaded/);
  });

  it('says what a value is for where the session works with it', () => {
    expect(hintOfValue({ ...emptyDraft('1', true), name: ' GIT_SSH_KEY ' })).toMatch(/without a passphrase/);
    expect(hintOfValue({ ...emptyDraft('1', true), name: 'CI' })).toBeUndefined();
  });
});
