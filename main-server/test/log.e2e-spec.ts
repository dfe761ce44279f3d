import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { loggingParams } from '@codex-webapp/nest-kit';
import { PARAMS_PROVIDER_TOKEN } from 'nestjs-pino';
import { createTestApp } from './support/create-test-app.ts';

// In a file of its own: the first app of a process makes the one logger all of them share.
describe('the log', () => {
  it('stays short and one line per event, and holds no password and no token, whatever somebody types', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()),
    });
    await using app = await createTestApp({
      override: (builder) =>
        builder
          .overrideProvider(PARAMS_PROVIDER_TOKEN)
          .useValue(loggingParams({ level: 'trace', destination })),
    });
    const evil = 'x\n{"level":30,"msg":"forged"}\u001b[31m\u009b31m\u202e';
    await app.anonymous().post('/api/auth/login', { username: evil, password: 'hunter2hunter2' });
    await app
      .anonymous()
      .post('/api/auth/login', { username: evil.repeat(100_000), password: 'hunter2hunter2' });
    await app
      .withToken('cwt_canary-canary-canary')
      .get(`/api/sessions?token=canary-query&q=${encodeURIComponent(evil)}`);
    const text = lines.join('');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of text.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number) });
    for (const part of ['hunter2', 'canary', 'forged', '\u001b', '\u009b', '\u202e'])
      expect(text).not.toContain(part);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(8_192);
  });
});
