import { ApiProperty } from '@nestjs/swagger';
import type {
  GitBranch,
  GitBranchListResponse,
  GitChange,
  GitChangedFile,
  GitCommit,
  GitDiffResponse,
  GitLogResponse,
  GitStatusResponse,
} from '@codex-webapp/contracts';

const gitChanges = [
  'added',
  'modified',
  'deleted',
  'renamed',
  'copied',
  'type-changed',
  'untracked',
  'conflicted',
] as const satisfies readonly GitChange[];

export class GitChangedFileBody implements GitChangedFile {
  @ApiProperty()
  readonly path: string;

  @ApiProperty({ type: String, nullable: true })
  readonly previousPath: string | null;

  @ApiProperty({ enum: gitChanges, type: String, nullable: true })
  readonly staged: GitChange | null;

  @ApiProperty({ enum: gitChanges, type: String, nullable: true })
  readonly unstaged: GitChange | null;
}

export class GitStatusBody implements GitStatusResponse {
  @ApiProperty({ type: String, nullable: true })
  readonly branch: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly head: string | null;

  @ApiProperty({ type: String, nullable: true })
  readonly upstream: string | null;

  @ApiProperty({ type: Number, nullable: true })
  readonly ahead: number | null;

  @ApiProperty({ type: Number, nullable: true })
  readonly behind: number | null;

  @ApiProperty({ type: [GitChangedFileBody] })
  readonly changes: readonly GitChangedFileBody[];

  @ApiProperty()
  readonly isTruncated: boolean;
}

export class GitDiffBody implements GitDiffResponse {
  @ApiProperty()
  readonly diff: string;

  @ApiProperty()
  readonly isTruncated: boolean;
}

export class GitCommitBody implements GitCommit {
  @ApiProperty()
  readonly hash: string;

  @ApiProperty({ type: [String] })
  readonly parents: readonly string[];

  @ApiProperty()
  readonly authorName: string;

  @ApiProperty()
  readonly authorEmail: string;

  @ApiProperty()
  readonly authoredAt: string;

  @ApiProperty()
  readonly subject: string;
}

export class GitLogBody implements GitLogResponse {
  @ApiProperty({ type: [GitCommitBody] })
  readonly commits: readonly GitCommitBody[];

  @ApiProperty({ type: String, nullable: true })
  readonly nextBefore: string | null;
}

export class GitBranchBody implements GitBranch {
  @ApiProperty()
  readonly name: string;

  @ApiProperty()
  readonly isRemote: boolean;

  @ApiProperty()
  readonly isCurrent: boolean;

  @ApiProperty()
  readonly head: string;

  @ApiProperty({ type: String, nullable: true })
  readonly upstream: string | null;

  @ApiProperty()
  readonly committedAt: string;
}

export class GitBranchListBody implements GitBranchListResponse {
  @ApiProperty({ type: [GitBranchBody] })
  readonly branches: readonly GitBranchBody[];

  @ApiProperty()
  readonly isTruncated: boolean;
}
