import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import type { WorkspaceDownloadResponse } from '@codex-webapp/contracts';
import { archiveType, toAttachment } from '@codex-webapp/nest-kit';
import { CurrentUser } from '../../common/access.decorator.ts';
import type { AuthUser } from '../../common/auth-user.ts';
import { Disconnection } from '../../common/disconnection.decorator.ts';
import { WorkspaceArchiveDto } from './dto/workspace-archive.dto.ts';
import { WorkspaceArchivesService } from './workspace-archives.service.ts';

@Controller('api/sessions/:sessionId/workspace/archive')
export class WorkspaceArchivesController {
  constructor(private readonly archives: WorkspaceArchivesService) {}

  @Get()
  @Header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; sandbox")
  // A proxy that keeps it all on its own disk first would have us read faster than anybody listens.
  @Header('x-accel-buffering', 'no')
  async open(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Query() query: WorkspaceArchiveDto,
    @Disconnection() disconnection: AbortSignal,
  ): Promise<StreamableFile> {
    const { bytes, fileName } = await this.archives.open(user, sessionId, query, disconnection);
    return new StreamableFile(bytes, { type: archiveType, disposition: toAttachment(fileName) });
  }

  @Get(':download')
  follow(
    @CurrentUser() user: AuthUser,
    @Param('sessionId') sessionId: string,
    @Param('download') download: string,
  ): Promise<WorkspaceDownloadResponse> {
    return this.archives.follow(user, sessionId, download);
  }
}
