import { ApiProperty } from '@nestjs/swagger';
import type { SearchHit, SearchResponse } from '@codex-webapp/contracts';

export class SearchHitBody implements SearchHit {
  @ApiProperty()
  readonly path: string;

  @ApiProperty({ type: Number, nullable: true })
  readonly line: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly text: string | null;
}

export class SearchBody implements SearchResponse {
  @ApiProperty({ type: [SearchHitBody] })
  readonly hits: readonly SearchHitBody[];

  @ApiProperty()
  readonly isTruncated: boolean;
}
