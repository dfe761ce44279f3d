import { Inject, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Clock, DomainError, frontDoorHeader, isFrontDoorRequest } from '@codex-webapp/nest-kit';
import type { Request } from 'express';

/** Injection token of the key made by `deriveFrontDoorKey` from the session token. */
export const frontDoorKey = Symbol('frontDoorKey');

/** Metadata of a route that answers without proof. */
export const withoutProofKey = 'codex-webapp:without-proof';

/** A route that answers without proof, as `/health`. */
export const WithoutProof = () => SetMetadata(withoutProofKey, true);

/** Lets in what main-server's front door signed; every other program in the container can reach this port too. */
@Injectable()
export class FrontDoorGuard implements CanActivate {
  constructor(
    @Inject(frontDoorKey) private readonly key: Buffer,
    private readonly clock: Clock,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(withoutProofKey, targets)) return true;
    if (this.isProven(context.switchToHttp().getRequest<Request>())) return true;
    throw new DomainError('login.required', {
      message: 'Ask through the front door of the session; this port answers nobody else.',
    });
  }

  /** Also for upgrades, which no guard sees. */
  isProven(request: Pick<Request, 'method' | 'headers'> & { url?: string; originalUrl?: string }): boolean {
    const header = request.headers[frontDoorHeader];
    const path = request.originalUrl ?? request.url ?? '';
    const proof = typeof header === 'string' ? header : undefined;
    return isFrontDoorRequest(this.key, { method: request.method, path }, proof, this.clock.now());
  }
}
