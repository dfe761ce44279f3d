import { workspaceLimits } from '@codex-webapp/contracts/workspace';
import { formatBytes } from '@codex-webapp/ui';
import { UnavailableError } from '@codex-webapp/ui/conversation';
import { ApiError } from '../../lib/api-client.ts';

export interface WorkspaceProblem {
  readonly title: string;
  readonly message: string;
  readonly canRetry: boolean;
}

/** Says why a file or directory cannot be shown, and what to do. */
export function toWorkspaceProblem(error: unknown): WorkspaceProblem {
  if (error instanceof ApiError) {
    switch (error.code) {
      case 'workspace.not_found':
        return { title: 'Not there any more', message: 'It was moved or deleted.', canRetry: true };
      case 'workspace.too_large':
        return {
          title: 'Too large to show',
          message: `Files up to ${formatBytes(workspaceLimits.fileMaxBytes)} can be opened here. Ask the agent for a part of it.`,
          canRetry: false,
        };
      case 'workspace.not_a_file':
        return { title: 'Not a file', message: 'It is a directory, a link or a device.', canRetry: false };
      case 'workspace.not_a_directory':
        return { title: 'Not a directory', message: 'Go back and open it as a file.', canRetry: false };
      case 'workspace.path_invalid':
        return {
          title: 'Outside the workspace',
          message: 'Only what is in the workspace can be opened.',
          canRetry: false,
        };
      case 'container.unreachable':
        return asleep;
      default:
        return { title: 'That did not work', message: error.message, canRetry: true };
    }
  }
  if (error instanceof UnavailableError)
    return { title: 'No answer', message: error.message, canRetry: true };
  return { title: 'That did not work', message: 'Try again.', canRetry: true };
}

const asleep: WorkspaceProblem = {
  title: 'The container is not running',
  message: 'The files are safe. Send a message to wake the session, then they show here.',
  canRetry: true,
};
