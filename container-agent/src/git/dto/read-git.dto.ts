import { ApiPropertyOptional } from '@nestjs/swagger';
import { gitLimits, workspaceLimits } from '@codex-webapp/contracts';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { ReadGitDiffRequest, ReadGitLogRequest, ReadGitRequest } from '../git.service.ts';

export class ReadGitDto implements ReadGitRequest {
  @ApiPropertyOptional({ description: 'The folder that holds the repository; the workspace when absent.' })
  @IsOptional()
  @IsString()
  @MaxLength(workspaceLimits.pathMaxLength)
  readonly repository?: string;
}

export class ReadGitDiffDto extends ReadGitDto implements ReadGitDiffRequest {
  @ApiPropertyOptional({ description: 'A file or a folder; everything when absent.' })
  @IsOptional()
  @IsString()
  @MaxLength(workspaceLimits.pathMaxLength)
  readonly path?: string;

  @ApiPropertyOptional({
    description: 'What the next commit would hold, instead of what is changed beside it.',
  })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' || value === 'false' ? value === 'true' : value))
  @IsBoolean()
  readonly staged?: boolean;
}

export class ReadGitLogDto extends ReadGitDto implements ReadGitLogRequest {
  @ApiPropertyOptional({ description: 'A file or a folder; everything when absent.' })
  @IsOptional()
  @IsString()
  @MaxLength(workspaceLimits.pathMaxLength)
  readonly path?: string;

  @ApiPropertyOptional({ description: 'The hash of the last commit known.' })
  @IsOptional()
  @Matches(/^[0-9a-f]{40,64}$/, { message: 'is not the hash of a commit' })
  readonly before?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: gitLimits.logMax })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(gitLimits.logMax)
  readonly limit?: number;
}
