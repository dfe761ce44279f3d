import type { ErrorCode } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

const meanings: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['workspace.not_found', 'There is no such file in the workspace.'],
  ENOTDIR: [
    'workspace.not_a_directory',
    'A part of this path is a file or a link, and links are not followed.',
  ],
  ELOOP: [
    'workspace.not_a_file',
    'This is a link, and links are not followed. Open what it points to instead.',
  ],
  EISDIR: ['workspace.not_a_file', 'This is a folder.'],
  ENXIO: ['workspace.not_a_file', 'This is a pipe, a socket or a device, which has no content to show.'],
  ENOTEMPTY: ['workspace.not_a_file', 'This folder is not empty. Delete what is in it first.'],
  EEXIST: ['workspace.changed', 'This file exists by now. Read it again before you write it.'],
  EACCES: ['workspace.not_found', 'This file may not be read or written by the user the session runs as.'],
  EPERM: ['workspace.not_found', 'This file may not be read or written by the user the session runs as.'],
  EROFS: ['workspace.full', 'This part of the disk is read-only.'],
  ENOSPC: ['workspace.full', 'The disk of this session is full. Delete something and try again.'],
  EDQUOT: ['workspace.full', 'The disk of this session is full. Delete something and try again.'],
  ENAMETOOLONG: ['workspace.path_invalid', 'The path is too long.'],
};

/** What the file system refuses, in words. Other errors are passed on. */
export function toWorkspaceError(error: unknown): unknown {
  const meaning = meanings[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  if (!meaning) return error;
  const [code, message] = meaning;
  return new DomainError(code, { message, cause: error });
}
