import type { Stats } from 'node:fs';
import type { WorkspaceEntry, WorkspaceFileResponse } from '@codex-webapp/contracts';
import type { WorkspacePath } from './workspace-path.ts';

/** Bytes that are no UTF-8 are shown as U+FFFD: such a file is listed, and reached in the terminal only. */
export function toEntry(folders: WorkspacePath, name: Buffer, stats: Stats | null): WorkspaceEntry {
  const text = name.toString('utf8');
  return {
    name: text,
    path: [...folders, text].join('/'),
    type: typeOf(stats),
    sizeBytes: stats?.isFile() ? stats.size : null,
    modifiedAt: stats ? stats.mtime.toISOString() : null,
  };
}

export function toFileResponse(file: {
  readonly path: string;
  readonly content: Buffer;
  readonly stats: Stats;
  readonly isBinary: boolean;
  readonly version: string;
}): WorkspaceFileResponse {
  const encoding = file.isBinary ? 'base64' : 'utf8';
  return {
    path: file.path,
    sizeBytes: file.content.length,
    modifiedAt: file.stats.mtime.toISOString(),
    version: file.version,
    encoding,
    content: file.content.toString(encoding),
    isBinary: file.isBinary,
  };
}

function typeOf(stats: Stats | null): WorkspaceEntry['type'] {
  if (stats?.isFile()) return 'file';
  if (stats?.isDirectory()) return 'directory';
  return stats?.isSymbolicLink() ? 'link' : 'other';
}
