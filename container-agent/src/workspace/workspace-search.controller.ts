import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { WhileAsked } from '../common/while-asked.decorator.ts';
import { SearchBody } from './dto/search.responses.ts';
import { SearchWorkspaceDto } from './dto/search-workspace.dto.ts';
import { WorkspaceSearchService } from './workspace-search.service.ts';

@ApiTags('workspace')
@Controller('api/workspace/search')
export class WorkspaceSearchController {
  constructor(private readonly searches: WorkspaceSearchService) {}

  @Get()
  @ApiOkResponse({ type: SearchBody })
  search(@Query() query: SearchWorkspaceDto, @WhileAsked() signal: AbortSignal): Promise<SearchBody> {
    return this.searches.search(query, signal);
  }
}
