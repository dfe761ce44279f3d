import { Controller, Param, Put, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { BlobResponse } from '@codex-webapp/contracts';
import type { Request, Response } from 'express';
import { ContainerRoute, CurrentContainer } from '../../common/access.decorator.ts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { BlobsService } from './blobs.service.ts';
import { bodyOf } from './body-of.ts';

@ContainerRoute()
@Controller('api/container-webhooks/:sessionId/blobs')
export class ContainerBlobsController {
  constructor(private readonly blobs: BlobsService) {}

  @Put(':sha256')
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  async store(
    @CurrentContainer() container: ContainerIdentity,
    @Param('sha256') sha256: string,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BlobResponse> {
    const { content, announcedBytes } = bodyOf(request);
    const { status, body } = await this.blobs.store(container, sha256, content, announcedBytes);
    response.status(status);
    return body;
  }
}
