import { workspaceLimits } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';

/** The names on the way from the workspace to a file; empty for the workspace itself. */
export type WorkspacePath = readonly string[];

const nameMaxBytes = 255;

/** @throws DomainError `workspace.path_invalid` for whatever could mean another place than it says */
export function parseWorkspacePath(given: string | readonly string[]): WorkspacePath {
  const names = typeof given === 'string' ? splitPath(given) : given;
  const total = names.reduce((sum, name) => sum + name.length + 1, 0);
  if (total > workspaceLimits.pathMaxLength || !names.every(isName)) {
    throw new DomainError('workspace.path_invalid', {
      message:
        'Name a path below the workspace, such as src/main.ts: relative, with /, without . and .. in it.',
    });
  }
  return names;
}

/** @throws DomainError for what only git itself may write: a planted hook or filter runs with the next git command */
export function assertWritable(path: WorkspacePath): void {
  if (!path.some((name) => name.toLowerCase() === '.git')) return;
  throw new DomainError('workspace.path_invalid', {
    message: 'Files of .git are written by git alone. Use git in the terminal instead.',
  });
}

function splitPath(given: string): readonly string[] {
  return given === '' ? [] : given.split('/');
}

function isName(name: string): boolean {
  return (
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !/[/\\\0]/.test(name) &&
    Buffer.byteLength(name) <= nameMaxBytes
  );
}
