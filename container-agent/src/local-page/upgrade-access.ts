import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { FrontDoorGuard } from '../common/front-door.guard.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { LocalAccess } from './local-access.ts';

/** `AccessGuard` for sockets, which no guard of Nest sees before they are open. */
@Injectable()
export class UpgradeAccess {
  constructor(
    private readonly frontDoor: FrontDoorGuard,
    private readonly local: LocalAccess,
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
  ) {}

  /** @throws login.required */
  assertAllowed(request: IncomingMessage): void {
    if (this.config.hasLocalPage && this.local.isAllowedUpgrade(request.headers)) return;
    if (this.frontDoor.isProven({ method: 'GET', headers: request.headers, url: request.url ?? '' })) return;
    throw new DomainError('login.required', {
      message: 'Ask through the front door of the session; this port answers nobody else.',
    });
  }
}
