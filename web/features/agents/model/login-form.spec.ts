import { describe, expect, it } from '@jest/globals';
import { emptyForm, isComplete, toRequest } from './login-form.ts';

const key = { ...emptyForm('api-key', null, null), secret: ' sk-1 ' };

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

  it('sends a file as it is', () => {
    expect(toRequest({ ...emptyForm('auth-file', null, null), file: '{"a":1}\n' }, true)).toEqual({
      files: [{ content: '{"a":1}\n' }],
    });
  });
});

describe('isComplete', () => {
  it('wants what the kind is about', () => {
    expect(isComplete(emptyForm('api-key', null, null), true)).toBe(false);
    expect(isComplete(key, true)).toBe(true);
    expect(isComplete(key, false)).toBe(false);
    expect(isComplete({ ...key, kind: 'auth-file' }, true)).toBe(false);
  });
});
