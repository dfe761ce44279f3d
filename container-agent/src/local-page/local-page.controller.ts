import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DomainError } from '@codex-webapp/nest-kit';
import type { Response } from 'express';
import { WithoutProof } from '../common/front-door.guard.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { LocalAccess } from './local-access.ts';
import { LocalPageFiles } from './local-page-files.ts';

/** The session UI of a container that is run by hand. Its files are no secret; what they ask for needs the cookie. */
@ApiExcludeController()
@WithoutProof()
@Controller()
export class LocalPageController {
  constructor(
    private readonly access: LocalAccess,
    private readonly files: LocalPageFiles,
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
  ) {}

  @Get('local/enter')
  enter(@Query('token') token: unknown, @Res() response: Response): void {
    const cookie = this.config.hasLocalPage ? this.access.redeem(String(token)) : null;
    if (cookie === null) {
      throw new DomainError('ticket.invalid', {
        message: 'This link was used already. Take the newest one of the log.',
      });
    }
    this.files.announceLink();
    response.setHeader('set-cookie', cookie);
    response.redirect(303, '/');
  }

  @Get(['/', 'assets/:name'])
  serve(@Res() response: Response): void {
    this.files.send(response);
  }
}
