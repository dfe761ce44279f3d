/** `GET /api/sessions/:id/workspace/archive?download=<uuid>`: the workspace as a gzipped tar, streamed. */
export interface WorkspaceArchiveRequest {
  /** Chosen by who asks, to follow the download by; good for one. */
  readonly download?: string;
}

/** `GET /api/sessions/:id/workspace/archive/:download`: how a download goes, since a browser does not tell its page. */
export interface WorkspaceDownloadResponse {
  readonly download: string;
  readonly state: 'preparing' | 'sending' | 'done' | 'failed';
  readonly fileName: string;
  /** Sent so far, compressed. How many it will be is not known. */
  readonly bytes: number;
  /** Why it failed, in words. */
  readonly reason: string | null;
}
