import { describe, expect, it } from '@jest/globals';
import { cleanLog, cleanText, logFieldMaxLength } from './clean-log.ts';

describe('cleanLog', () => {
  it('takes secrets out by their key, however deep', () => {
    const cleaned = cleanLog({
      headers: { Authorization: 'x', cookie: 'x' },
      password: 'x',
      sessionToken: 'x',
      apiKey: 'x',
      env: { A: 'x' },
      list: [{ ticket: 'x' }],
    });
    expect(JSON.stringify(cleaned)).not.toContain('"x"');
  });

  it('keeps what only sounds like one', () => {
    expect(cleanLog({ tokenId: 'a', sessionId: 'b', inputTokens: 3 })).toEqual({
      tokenId: 'a',
      sessionId: 'b',
      inputTokens: 3,
    });
  });

  it('takes secrets out by their shape, wherever they stand', () => {
    expect(cleanText('used cwt_abcdefghijklmnop here')).toBe('used [redacted] here');
    expect(cleanLog({ msg: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzIn0.c2lnbmF0dXJl' })).toEqual({
      msg: '[redacted]',
    });
    expect(JSON.stringify(cleanLog(new Error('bad token cwt_abcdefghijklmnop')))).not.toContain('cwt_');
  });

  it('cuts what is long, deep or many', () => {
    expect(cleanText('x'.repeat(5_000_000)).length).toBeLessThan(logFieldMaxLength + 40);
    const deep: Record<string, unknown> = {};
    deep.self = deep;
    expect(() => JSON.stringify(cleanLog(deep))).not.toThrow();
    expect((cleanLog(Array.from({ length: 1_000 }, () => 0)) as unknown[]).length).toBe(50);
  });

  it('escapes what a terminal would obey', () => {
    expect(cleanText('a\u009b31m\u202eb')).toBe('a\\u009b31m\\u202eb');
  });
});
