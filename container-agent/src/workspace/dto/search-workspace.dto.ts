import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { searchLimits } from '@codex-webapp/contracts';
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import type { SearchWorkspaceRequest } from '../workspace-search.service.ts';

export class SearchWorkspaceDto implements SearchWorkspaceRequest {
  @ApiProperty({ description: 'Plain text; upper and lower case alike unless it has upper case.' })
  @IsString()
  @Length(1, searchLimits.queryMaxLength)
  // A line never holds them, and an argument list ends at the first of them.
  @Matches(/^[^\0\n]*$/, { message: 'is one line of text' })
  readonly q: string;

  @ApiPropertyOptional({ enum: ['names', 'contents'] })
  @IsOptional()
  @IsIn(['names', 'contents'])
  readonly in?: 'names' | 'contents';
}
