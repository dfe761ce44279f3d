import { Controller, Get, Param, Res, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { BlobsService } from './blobs.service.ts';
import { toDownload } from './to-download.ts';

@Controller('api/sessions/:sessionId/blobs')
export class BlobsController {
  constructor(private readonly blobs: BlobsService) {}

  @Get(':sha256')
  async read(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('sha256') sha256: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<StreamableFile> {
    return toDownload(response, sha256, await this.blobs.read(user, sessionId, sha256));
  }
}
