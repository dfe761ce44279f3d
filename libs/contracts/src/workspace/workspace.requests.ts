export const workspaceLimits = {
  /** Bytes of a file that is answered as text or taken in a PUT. */
  fileMaxBytes: 10 * 1024 * 1024,
  listMax: 5_000,
  pathMaxLength: 4_096,
} as const;

export interface WorkspaceEntry {
  readonly name: string;
  /** Relative to the workspace, with `/`, without a leading one. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly sizeBytes: number | null;
  readonly modifiedAt: string | null;
}

/** `GET /api/workspace/files?path=`: one directory, directories first, then by name. */
export interface WorkspaceListResponse {
  readonly path: string;
  readonly entries: readonly WorkspaceEntry[];
  /** Whether entries beyond `listMax` were left out. */
  readonly isTruncated: boolean;
}

/** `GET /api/workspace/files/*` */
export interface WorkspaceFileResponse {
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedAt: string;
  /** Of the content; pass as `ifVersion` when writing, so that nobody's change is overwritten unseen. */
  readonly version: string;
  readonly encoding: 'utf8' | 'base64';
  readonly content: string;
  readonly isBinary: boolean;
}

/** `PUT /api/workspace/files/*` */
export interface WriteWorkspaceFileRequest {
  readonly content: string;
  readonly encoding?: 'utf8' | 'base64';
  /** Refused with `workspace.changed` when the file no longer has it; `new` when it must not exist yet. */
  readonly ifVersion?: string;
}

export interface WrittenWorkspaceFileResponse {
  readonly path: string;
  readonly sizeBytes: number;
  readonly version: string;
}
