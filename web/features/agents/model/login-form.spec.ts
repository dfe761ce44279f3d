import { describe, expect, it } from '@jest/globals';
import { emptyForm, isComplete, toRequest } from './login-form.ts';

const nothing = { baseUrl: null, model: null, fileCount: 1 };
const key = { ...emptyForm('api-key', nothing), secret: ' sk-1 ' };

describe('toRequest', () => {
  it('leaves out what is empty, and the blanks around what was pasted', () => {
    expect(toRequest(key, true)).toEqual({ secret: 'sk-1' });
    expect(toRequest({ ...key, baseUrl: 'https://models.example/v1', model: 'm' }, true)).toEqual({
      secret: 'sk-1',
      baseUrl: 'https://models.example/v1',
      model: 'm',
    });
  });

  it('says which variable an unknown agent reads', () => {
    expect(toRequest({ ...key, agent: 'goose', variable: 'GOOSE_KEY' }, false)).toEqual({
      secret: 'sk-1',
      variable: 'GOOSE_KEY',
    });
  });

  it('sends files as they are, in their order', () => {
    const files = ['{"a":1}\n', 'key='];
    expect(toRequest({ ...emptyForm('auth-file', nothing), files }, true)).toEqual({
      files: [{ content: '{"a":1}\n' }, { content: 'key=' }],
    });
  });
});

describe('isComplete', () => {
  it('wants what the kind is about', () => {
    expect(isComplete(emptyForm('api-key', nothing), true)).toBe(false);
    expect(isComplete(key, true)).toBe(true);
    expect(isComplete(key, false)).toBe(false);
    expect(isComplete({ ...key, kind: 'auth-file' }, true)).toBe(false);
  });

  it('wants each file of a login that is in several', () => {
    const form = emptyForm('auth-file', { ...nothing, fileCount: 2 });
    expect(isComplete({ ...form, files: ['sealed', ''] }, true)).toBe(false);
    expect(isComplete({ ...form, files: ['sealed', 'key='] }, true)).toBe(true);
  });
});
