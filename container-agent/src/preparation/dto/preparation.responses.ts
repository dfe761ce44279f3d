import type { PreparationLogResponse } from '@codex-webapp/contracts';
import { ApiProperty } from '@nestjs/swagger';

export class PreparationLogBody implements PreparationLogResponse {
  @ApiProperty()
  readonly text: string;

  @ApiProperty({ description: 'Whether the beginning is missing.' })
  readonly isTruncated: boolean;
}
