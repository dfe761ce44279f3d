import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';
import type { ContainerIdentity } from '../../common/auth-user.ts';

const algorithm = 'HS256';
const type = 'cw-container+jwt';
const issuer = 'codex-webapp';
const audience = 'codex-webapp/containers';
const lifetimeSeconds = 400 * 24 * 60 * 60;
const leewaySeconds = 60;

const headerSchema = z.strictObject({ alg: z.literal(algorithm), typ: z.literal(type) });
const claimsSchema = z.strictObject({
  iss: z.literal(issuer),
  aud: z.literal(audience),
  sub: z.string().min(1).max(128),
  gen: z.int().min(1),
  iat: z.int(),
  exp: z.int(),
  jti: z.string(),
});

export interface SessionTokenSubject extends ContainerIdentity {
  /** Seconds since 1970. */
  readonly issuedAt: number;
}

/** The one credential a container has: good for its own session and generation. */
@Injectable()
export class SessionTokensService {
  constructor(
    private readonly jwt: JwtService,
    private readonly clock: Clock,
  ) {}

  /** The same subject always gives the same token, so none needs to be stored. */
  issue({ sessionId, generation, issuedAt }: SessionTokenSubject): string {
    return this.jwt.sign(
      { gen: generation, iat: issuedAt, exp: issuedAt + lifetimeSeconds },
      {
        algorithm,
        header: { alg: algorithm, typ: type },
        issuer,
        audience,
        subject: sessionId,
        jwtid: `${sessionId}.${generation}`,
      },
    );
  }

  /** Whether the generation is still the current one is the caller's question. @throws token.invalid */
  verify(token: string): ContainerIdentity {
    const claims = this.readClaims(token);
    const isOwnId = claims.jti === `${claims.sub}.${claims.gen}`;
    const isFromTheFuture = claims.iat > this.clock.now() / 1_000 + leewaySeconds;
    if (!isOwnId || isFromTheFuture) throw tokenInvalid();
    return { sessionId: claims.sub, generation: claims.gen };
  }

  private readClaims(token: string): z.output<typeof claimsSchema> {
    try {
      const complete: unknown = this.jwt.verify(token, {
        algorithms: [algorithm],
        issuer,
        audience,
        complete: true,
        clockTimestamp: Math.floor(this.clock.now() / 1_000),
        clockTolerance: leewaySeconds,
      });
      const { header, payload } = z.object({ header: z.unknown(), payload: z.unknown() }).parse(complete);
      headerSchema.parse(header);
      return claimsSchema.parse(payload);
    } catch (error) {
      throw tokenInvalid(error);
    }
  }
}

export function tokenInvalid(cause?: unknown): DomainError {
  return new DomainError('token.invalid', { message: 'The token is not valid, or no longer valid.', cause });
}
