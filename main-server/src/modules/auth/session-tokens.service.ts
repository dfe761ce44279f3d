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
/** Tokens whose signature was checked already; those used longest ago are checked anew. */
const rememberedMax = 5_000;

const headerSchema = z.strictObject({ alg: z.literal(algorithm), typ: z.literal(type) });
const completeSchema = z.object({ header: headerSchema, payload: z.unknown() });
const claimsSchema = z.strictObject({
  iss: z.literal(issuer),
  aud: z.literal(audience),
  sub: z.string().min(1).max(128),
  gen: z.int().min(1),
  iat: z.int(),
  exp: z.int(),
  jti: z.string(),
});

type Claims = z.output<typeof claimsSchema>;

export interface SessionTokenSubject extends ContainerIdentity {
  /** Seconds since 1970. */
  readonly issuedAt: number;
}

/** The one credential a container has: good for its own session and generation. */
@Injectable()
export class SessionTokensService {
  private readonly remembered = new Map<string, Claims>();

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
    const claims = this.remembered.get(token) ?? this.readClaims(token);
    const now = Math.floor(this.clock.now() / 1_000);
    const isOwnId = claims.jti === `${claims.sub}.${claims.gen}`;
    const isInTime = claims.iat <= now + leewaySeconds && now < claims.exp + leewaySeconds;
    if (!isOwnId || !isInTime) throw tokenInvalid();
    this.remember(token, claims);
    return { sessionId: claims.sub, generation: claims.gen };
  }

  /** What a token says stays so; a container sends the same one with each request. */
  private remember(token: string, claims: Claims): void {
    this.remembered.delete(token);
    this.remembered.set(token, claims);
    if (this.remembered.size <= rememberedMax) return;
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined) this.remembered.delete(oldest);
  }

  private readClaims(token: string): Claims {
    try {
      const complete: unknown = this.jwt.verify(token, {
        algorithms: [algorithm],
        issuer,
        audience,
        complete: true,
        clockTimestamp: Math.floor(this.clock.now() / 1_000),
        clockTolerance: leewaySeconds,
      });
      return claimsSchema.parse(completeSchema.parse(complete).payload);
    } catch (error) {
      throw tokenInvalid(error);
    }
  }
}

export function tokenInvalid(cause?: unknown): DomainError {
  return new DomainError('token.invalid', { message: 'The token is not valid, or no longer valid.', cause });
}
