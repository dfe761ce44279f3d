import { archiveType } from '@codex-webapp/nest-kit';
import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { WorkspaceArchiveService } from './workspace-archive.service.ts';

@ApiTags('workspace')
@Controller('api/workspace/archive')
export class WorkspaceArchiveController {
  constructor(private readonly archives: WorkspaceArchiveService) {}

  @Get()
  @ApiOkResponse({
    description: 'The workspace, as a gzipped tar. An answer that is cut short is not whole.',
    content: { [archiveType]: { schema: { type: 'string', format: 'binary' } } },
  })
  async open(): Promise<StreamableFile> {
    const options = { type: archiveType, disposition: 'attachment; filename="workspace.tar.gz"' };
    return new StreamableFile(await this.archives.open(), options);
  }
}
