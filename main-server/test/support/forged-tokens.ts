import { JwtService } from '@nestjs/jwt';
import { Clock } from '@codex-webapp/nest-kit';
import { DataSource } from 'typeorm';
import { Secrets } from '../../src/database/secrets.ts';
import type { ServerDataSource } from '../../src/database/server-data-source.ts';
import { SessionTokensService } from '../../src/modules/auth/session-tokens.service.ts';
import type { TestApp } from './create-test-app.ts';

/** Past every service: what no request could bring about. */
export function write(app: TestApp, sql: string, parameters: readonly unknown[] = []): Promise<unknown> {
  const { writeQueue } = app.get(DataSource) as ServerDataSource;
  return writeQueue.run((manager) => manager.query(sql, [...parameters]));
}

/** The row of a container of that generation, by the clock of the app. */
export async function addContainer(app: TestApp, sessionId: string, generation: number): Promise<void> {
  await write(
    app,
    `INSERT INTO containers (session_id, provider, desired, status, generation, token_issued_at, steps, updated_at)
     VALUES (?, 'manual', 'stopped', 'stopped', ?, ?, '[]', 0)
     ON CONFLICT (session_id) DO UPDATE SET generation = excluded.generation, token_issued_at = excluded.token_issued_at`,
    [sessionId, generation, secondsOf(app)],
  );
}

/** What the container of that generation holds. */
export function issueSessionToken(app: TestApp, sessionId: string, generation: number): string {
  return app.get(SessionTokensService).issue({ sessionId, generation, issuedAt: secondsOf(app) });
}

/** Session tokens of the session's second generation, each wrong in one thing. */
export function forgeSessionTokens(app: TestApp, sessionId: string): Readonly<Record<string, string>> {
  const issuedAt = secondsOf(app);
  const sign = (changes: {
    secret?: string;
    typ?: string;
    audience?: string;
    issuer?: string;
    exp?: number;
    gen?: unknown;
    alg?: 'HS256' | 'HS512';
  }) =>
    new JwtService().sign(
      { gen: changes.gen ?? 2, iat: issuedAt, exp: changes.exp ?? issuedAt + 1_000 },
      {
        secret: changes.secret ?? app.get(Secrets).jwtSecret,
        algorithm: changes.alg ?? 'HS256',
        header: { alg: changes.alg ?? 'HS256', typ: changes.typ ?? 'cw-container+jwt' },
        issuer: changes.issuer ?? 'codex-webapp',
        audience: changes.audience ?? 'codex-webapp/containers',
        subject: sessionId,
        jwtid: `${sessionId}.2`,
      },
    );
  const [, payload] = issueSessionToken(app, sessionId, 2).split('.');
  return {
    'another key': sign({ secret: 'x'.repeat(64) }),
    'another typ': sign({ typ: 'JWT' }),
    'another audience': sign({ audience: 'webhook' }),
    'another issuer': sign({ issuer: 'somebody' }),
    'another algorithm': sign({ alg: 'HS512' }),
    'alg none': `${Buffer.from('{"alg":"none","typ":"cw-container+jwt"}').toString('base64url')}.${payload}.`,
    'its time over': sign({ exp: issuedAt - 120 }),
    'a generation that is no number': sign({ gen: '2' }),
    'an old generation': issueSessionToken(app, sessionId, 1),
    'a generation to come': issueSessionToken(app, sessionId, 3),
  };
}

function secondsOf(app: TestApp): number {
  return Math.floor(app.get(Clock).now() / 1_000);
}
