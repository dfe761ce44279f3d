import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError, type UpgradeContext } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import { CredentialsService } from '../auth/credentials.service.ts';

/** Decides who may open `/ws/events`: our own page with its login, or an API token. */
@Injectable()
export class ListUpgradeGuard {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly publicOrigin: PublicOrigin,
  ) {}

  /** @throws login.required, origin.forbidden */
  async authorize(request: IncomingMessage, { listener }: UpgradeContext): Promise<AuthUser> {
    if (listener !== 'public')
      throw new DomainError('route.not_found', { message: 'There is no socket at this path.' });
    const user = await this.credentials.authenticate(request);
    if (!user) throw new DomainError('login.required', { message: 'Log in first.' });
    const isOurPage = request.headers.origin === this.publicOrigin.app;
    if (user.via === 'login' && !isOurPage) {
      throw new DomainError('origin.forbidden', { message: 'Only the app itself may use the login.' });
    }
    return user;
  }
}
