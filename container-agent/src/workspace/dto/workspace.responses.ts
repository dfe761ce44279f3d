import { ApiProperty } from '@nestjs/swagger';
import type {
  WorkspaceEntry,
  WorkspaceFileResponse,
  WorkspaceListResponse,
  WrittenWorkspaceFileResponse,
} from '@codex-webapp/contracts';

export class WorkspaceEntryBody implements WorkspaceEntry {
  @ApiProperty()
  readonly name: string;

  @ApiProperty()
  readonly path: string;

  @ApiProperty({ enum: ['file', 'directory', 'link', 'other'] })
  readonly type: WorkspaceEntry['type'];

  @ApiProperty({ type: Number, nullable: true })
  readonly sizeBytes: number | null;

  @ApiProperty({ type: String, nullable: true })
  readonly modifiedAt: string | null;
}

export class WorkspaceListBody implements WorkspaceListResponse {
  @ApiProperty()
  readonly path: string;

  @ApiProperty({ type: [WorkspaceEntryBody] })
  readonly entries: readonly WorkspaceEntryBody[];

  @ApiProperty()
  readonly isTruncated: boolean;
}

export class WorkspaceFileBody implements WorkspaceFileResponse {
  @ApiProperty()
  readonly path: string;

  @ApiProperty()
  readonly sizeBytes: number;

  @ApiProperty()
  readonly modifiedAt: string;

  @ApiProperty()
  readonly version: string;

  @ApiProperty({ enum: ['utf8', 'base64'] })
  readonly encoding: 'utf8' | 'base64';

  @ApiProperty()
  readonly content: string;

  @ApiProperty()
  readonly isBinary: boolean;
}

export class WrittenWorkspaceFileBody implements WrittenWorkspaceFileResponse {
  @ApiProperty()
  readonly path: string;

  @ApiProperty()
  readonly sizeBytes: number;

  @ApiProperty()
  readonly version: string;
}
