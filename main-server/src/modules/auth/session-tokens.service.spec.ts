import { createSecretKey } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { describe, expect, it, jest } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { SessionTokensService } from './session-tokens.service.ts';

const subject = { sessionId: 'session-1', generation: 3, issuedAt: Date.UTC(2026, 0, 1) / 1_000 };
const jwtSecret = 'k'.repeat(64);
const dayMs = 24 * 60 * 60 * 1_000;

function setUp() {
  const clock = new FakeClock();
  const jwt = new JwtService({ secret: createSecretKey(jwtSecret, 'utf8') });
  return { clock, jwt, tokens: new SessionTokensService(jwt, clock) };
}

describe('SessionTokensService', () => {
  it('gives the same subject the same token, and another one to the next generation', () => {
    const { tokens } = setUp();
    expect(tokens.issue(subject)).toBe(tokens.issue(subject));
    expect(tokens.issue({ ...subject, generation: 4 })).not.toBe(tokens.issue(subject));
  });

  it('reads back who it was issued to', () => {
    const { tokens } = setUp();
    expect(tokens.verify(tokens.issue(subject))).toEqual({ sessionId: 'session-1', generation: 3 });
  });

  it('checks the signature of a token once, and its time with each use', () => {
    const { tokens, clock, jwt } = setUp();
    const checked = jest.spyOn(jwt, 'verify');
    const token = tokens.issue(subject);
    for (let use = 0; use < 3; use += 1) expect(tokens.verify(token).generation).toBe(3);
    expect(checked).toHaveBeenCalledTimes(1);
    clock.advance(401 * dayMs);
    expect(() => tokens.verify(token)).toThrow(/not valid/);
  });

  it('remembers no more tokens than it may, and none that it refused', () => {
    const { tokens, jwt } = setUp();
    const checked = jest.spyOn(jwt, 'verify');
    const early = tokens.issue({ ...subject, issuedAt: subject.issuedAt + 120 });
    for (let use = 0; use < 2; use += 1) expect(() => tokens.verify(early)).toThrow(/not valid/);
    expect(checked).toHaveBeenCalledTimes(2);
    const first = tokens.issue(subject);
    tokens.verify(first);
    for (let generation = 10; generation < 5_010; generation += 1)
      tokens.verify(tokens.issue({ ...subject, generation }));
    checked.mockClear();
    tokens.verify(first);
    expect(checked).toHaveBeenCalledTimes(1);
  });

  it('ends after 400 days and is not valid before it was issued, give or take a minute', () => {
    const { tokens, clock } = setUp();
    const token = tokens.issue(subject);
    const early = tokens.issue({ ...subject, issuedAt: subject.issuedAt + 120 });
    expect(() => tokens.verify(early)).toThrow(/not valid/);
    clock.advance(400 * dayMs);
    expect(tokens.verify(token).generation).toBe(3);
    clock.advance(61_000);
    expect(() => tokens.verify(token)).toThrow(/not valid/);
  });

  it('takes no token whose signature, header or claims were changed', () => {
    const { tokens } = setUp();
    const [header = '', payload = '', signature = ''] = tokens.issue(subject).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const changed = [
      `${header}.${encode({ ...claims, gen: 4 })}.${signature}`,
      `${encode({ alg: 'none', typ: 'cw-container+jwt' })}.${payload}.`,
      `${encode({ alg: 'HS256', typ: 'JWT' })}.${payload}.${signature}`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      '',
    ];
    for (const token of changed) expect(() => tokens.verify(token)).toThrow(/not valid/);
  });

  it('refuses what it did not mean, even if it is signed with its own key', () => {
    const { tokens } = setUp();
    const sign = (claims: object, header: object = {}) =>
      new JwtService().sign(
        {
          iss: 'codex-webapp',
          aud: 'codex-webapp/containers',
          sub: 's',
          gen: 1,
          jti: 's.1',
          iat: subject.issuedAt,
          exp: subject.issuedAt + 60,
          ...claims,
        },
        { secret: jwtSecret, header: { alg: 'HS256', typ: 'cw-container+jwt', ...header } },
      );
    expect(tokens.verify(sign({})).sessionId).toBe('s');
    for (const token of [
      sign({ jti: 's.2' }),
      sign({ role: 'client' }),
      sign({ gen: 0 }),
      sign({}, { kid: '../../etc/passwd' }),
      sign({}, { jwk: {} }),
      sign({}, { crit: ['x'] }),
    ]) {
      expect(() => tokens.verify(token)).toThrow(/not valid/);
    }
  });
});
