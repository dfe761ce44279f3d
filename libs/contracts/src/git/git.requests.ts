export const gitLimits = {
  /** Changed files in one answer. */
  changesMax: 5_000,
  /** Bytes of a diff. */
  diffMaxBytes: 1024 * 1024,
  logDefault: 50,
  logMax: 200,
  branchesMax: 1_000,
} as const;

/** What git says of a file, on one of the two sides. */
export type GitChange =
  'added' | 'modified' | 'deleted' | 'renamed' | 'copied' | 'type-changed' | 'untracked' | 'conflicted';

export interface GitChangedFile {
  /** Relative to the repository. */
  readonly path: string;
  /** Where it was before; null unless it was renamed or copied. */
  readonly previousPath: string | null;
  /** What the next commit would hold; null for nothing. */
  readonly staged: GitChange | null;
  /** What is changed beside that. */
  readonly unstaged: GitChange | null;
}

/** `GET /api/git/status?repository=`: of the folder of the workspace that holds the repository, as in all of these. */
export interface GitStatusResponse {
  /** Null while no branch is checked out. */
  readonly branch: string | null;
  /** Null before the first commit. */
  readonly head: string | null;
  readonly upstream: string | null;
  /** Commits that the upstream does not have, and the other way round; null without an upstream. */
  readonly ahead: number | null;
  readonly behind: number | null;
  readonly changes: readonly GitChangedFile[];
  /** Whether changes beyond `changesMax` were left out. */
  readonly isTruncated: boolean;
}

/** `GET /api/git/diff?path=&staged=`: of a file or a folder, or of everything. Untracked files are not in it. */
export interface GitDiffResponse {
  /** In git's unified format; bytes that are not UTF-8 are replaced. */
  readonly diff: string;
  /** Whether it was cut at `diffMaxBytes`. */
  readonly isTruncated: boolean;
}

export interface GitCommit {
  readonly hash: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  readonly authorEmail: string;
  readonly authoredAt: string;
  readonly subject: string;
}

/** `GET /api/git/log?path=&before=&limit=`: the newest first; `before` is the hash of the last commit known. */
export interface GitLogResponse {
  readonly commits: readonly GitCommit[];
  /** Pass as `before` for more; null at the end. */
  readonly nextBefore: string | null;
}

export interface GitBranch {
  /** e.g. `main`, or `origin/main` */
  readonly name: string;
  readonly isRemote: boolean;
  readonly isCurrent: boolean;
  readonly head: string;
  readonly upstream: string | null;
  readonly committedAt: string;
}

/** `GET /api/git/branches`: those of this clone first, the last used ones first. */
export interface GitBranchListResponse {
  readonly branches: readonly GitBranch[];
  /** Whether branches beyond `branchesMax` were left out. */
  readonly isTruncated: boolean;
}
