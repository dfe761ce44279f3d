export const searchLimits = {
  queryMaxLength: 200,
  /** Hits in one answer. */
  hitsMax: 500,
  hitsPerFileMax: 20,
  /** Characters of the line around a hit. */
  lineMaxLength: 300,
  /** Larger files are not looked into. */
  fileMaxBytes: 2 * 1024 * 1024,
  timeoutMs: 10_000,
} as const;

export interface SearchHit {
  /** Relative to the workspace. */
  readonly path: string;
  /** Where in the file, counted from 1; null for a hit in the name. */
  readonly line: number | null;
  /** The line, cut; null for a hit in the name. */
  readonly text: string | null;
}

/** `GET /api/workspace/search?q=&in=names|contents`: plain text, upper and lower case alike unless `q` has upper case. */
export interface SearchResponse {
  readonly hits: readonly SearchHit[];
  /** Whether there are more than are shown, by number or by time. */
  readonly isTruncated: boolean;
}
