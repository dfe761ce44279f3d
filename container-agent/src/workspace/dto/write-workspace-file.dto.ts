import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { WriteWorkspaceFileRequest } from '@codex-webapp/contracts';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class WriteWorkspaceFileDto implements WriteWorkspaceFileRequest {
  @ApiProperty()
  @IsString()
  readonly content: string;

  @ApiPropertyOptional({ enum: ['utf8', 'base64'] })
  @IsOptional()
  @IsIn(['utf8', 'base64'])
  readonly encoding?: 'utf8' | 'base64';

  @ApiPropertyOptional({ description: '`new` when the file must not exist yet.' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly ifVersion?: string;
}
