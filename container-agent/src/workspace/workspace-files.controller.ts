import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiQuery, ApiTags } from '@nestjs/swagger';
import { WorkspaceFileBody, WorkspaceListBody, WrittenWorkspaceFileBody } from './dto/workspace.responses.ts';
import { WriteWorkspaceFileDto } from './dto/write-workspace-file.dto.ts';
import { WorkspaceFilesService } from './workspace-files.service.ts';

@ApiTags('workspace')
@Controller('api/workspace/files')
export class WorkspaceFilesController {
  constructor(private readonly files: WorkspaceFilesService) {}

  @Get()
  @ApiQuery({ name: 'path', required: false })
  @ApiOkResponse({ type: WorkspaceListBody })
  list(@Query('path') path?: string): Promise<WorkspaceListBody> {
    return this.files.list(path ?? '');
  }

  @Get('*path')
  @ApiOkResponse({ type: WorkspaceFileBody })
  read(@Param('path') path: string[]): Promise<WorkspaceFileBody> {
    return this.files.read(path);
  }

  @Put('*path')
  @ApiOkResponse({ type: WrittenWorkspaceFileBody })
  write(
    @Param('path') path: string[],
    @Body() dto: WriteWorkspaceFileDto,
  ): Promise<WrittenWorkspaceFileBody> {
    return this.files.write(path, dto);
  }

  @Delete('*path')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@Param('path') path: string[]): Promise<void> {
    return this.files.remove(path);
  }
}
