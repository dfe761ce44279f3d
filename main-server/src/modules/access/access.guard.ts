import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DomainError } from '@codex-webapp/nest-kit';
import { accessKey, type Access, type AccessRequest } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { vouchedUserOf } from '../../common/vouched-user.ts';
import { CredentialsService } from '../auth/credentials.service.ts';
import { loginExpired, loginRequired } from '../auth/login-errors.ts';
import { tokenInvalid } from '../auth/session-tokens.service.ts';
import { ContainerIdentityService } from '../session-state/container-identity.service.ts';
import { ContainerRates } from './container-rates.ts';
import { MetricsToken } from './metrics-token.ts';
import { assertSameOrigin, isUnsafe } from './same-origin.ts';

/** Deny by default: a route without a decorator needs a user. Sockets decide before their handshake, in their gateway. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly credentials: CredentialsService,
    private readonly containers: ContainerIdentityService,
    private readonly origin: PublicOrigin,
    private readonly rates: ContainerRates,
    private readonly metricsToken: MetricsToken,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<AccessRequest>();
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'container') await this.admitContainer(request);
    else if (access === 'public') this.admitStranger(request);
    else if (access === 'metrics') await this.admitCollector(request);
    else await this.admitUser(request, access === 'admin');
    return true;
  }

  /** The session in the path is the token's own; any other does not exist for it. */
  private async admitContainer(request: AccessRequest): Promise<void> {
    const container = await this.containers.authenticate(request);
    if (request.params.sessionId !== container.sessionId) {
      throw new DomainError('session.not_found', { message: 'There is no such session.' });
    }
    this.rates.count(container.sessionId);
    request.container = container;
  }

  private admitStranger(request: AccessRequest): void {
    if (!isUnsafe(request.method)) return;
    const isSilenceAllowed = request.headers.cookie === undefined;
    assertSameOrigin(request, this.origin.app, { isSilenceAllowed });
  }

  /** Who has the token is nobody: nothing but the metrics is open to it. */
  private async admitCollector(request: AccessRequest): Promise<void> {
    if (!this.metricsToken.isOf(request)) await this.admitUser(request, true);
  }

  private async admitUser(request: AccessRequest, isForAdmins: boolean): Promise<void> {
    const user = vouchedUserOf(request) ?? (await this.authenticate(request));
    if (isForAdmins && user.role !== 'admin') {
      throw new DomainError('user.forbidden', { message: 'Only an admin can do this.' });
    }
    if (user.scope === 'read' && isUnsafe(request.method)) {
      throw new DomainError('token.scope', { message: 'This API token may only read.' });
    }
    request.authUser = user;
  }

  private async authenticate(request: AccessRequest): Promise<AuthUser> {
    const user = await this.credentials.authenticate(request);
    if (!user) {
      if (request.headers.authorization !== undefined) throw tokenInvalid();
      throw this.credentials.hasCookie(request) ? loginExpired() : loginRequired();
    }
    if (user.via === 'login' && isUnsafe(request.method)) assertSameOrigin(request, this.origin.app);
    return user;
  }
}
