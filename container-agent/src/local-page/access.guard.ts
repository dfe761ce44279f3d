import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { FrontDoorGuard } from '../common/front-door.guard.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { LocalAccess } from './local-access.ts';

/** Lets in what came through the front door and, run by hand, the browser that opened the printed link. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly frontDoor: FrontDoorGuard,
    private readonly local: LocalAccess,
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (this.config.hasLocalPage && this.local.isAllowed(headers)) return true;
    return this.frontDoor.canActivate(context);
  }
}
