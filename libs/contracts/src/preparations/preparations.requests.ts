/** In `POST /api/sessions`: cloned into the workspace before the first prompt is run. */
export interface RepositoryRequest {
  /** `https://host/path` without a login, `git@host:path` or `ssh://[user@]host[:port]/path`. */
  readonly url: string;
  /** A branch or a tag; the one the repository begins with when absent. */
  readonly branch?: string;
  /** Only the newest commit. Off when absent. */
  readonly isShallow?: boolean;
}

/** `GET /api/sessions/:id/preparation/log`: what git and the setup script printed, as the container has it. */
export interface PreparationLogResponse {
  readonly text: string;
  /** Whether the beginning is missing. */
  readonly isTruncated: boolean;
}
