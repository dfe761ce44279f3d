import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { ReadGitDiffDto, ReadGitLogDto, ReadGitDto } from './dto/read-git.dto.ts';
import { GitBranchListBody, GitDiffBody, GitLogBody, GitStatusBody } from './dto/git.responses.ts';
import { GitService } from './git.service.ts';

@ApiTags('git')
@Controller('api/git')
export class GitController {
  constructor(private readonly git: GitService) {}

  @Get('status')
  @ApiOkResponse({ type: GitStatusBody })
  status(@Query() query: ReadGitDto): Promise<GitStatusBody> {
    return this.git.status(query);
  }

  @Get('diff')
  @ApiOkResponse({ type: GitDiffBody })
  diff(@Query() query: ReadGitDiffDto): Promise<GitDiffBody> {
    return this.git.diff(query);
  }

  @Get('log')
  @ApiOkResponse({ type: GitLogBody })
  log(@Query() query: ReadGitLogDto): Promise<GitLogBody> {
    return this.git.log(query);
  }

  @Get('branches')
  @ApiOkResponse({ type: GitBranchListBody })
  branches(@Query() query: ReadGitDto): Promise<GitBranchListBody> {
    return this.git.branches(query);
  }
}
