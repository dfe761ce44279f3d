import { findOnPath } from '../process/find-on-path.ts';
import { runProgram } from '../process/run-program.ts';
import { StepFailure, type StepContext } from './preparation-step.ts';

/** In the image alone, where it is git's ssh for everything that runs in a session. */
const program = 'git-ssh-session';
/** The ssh of a machine without it, with the keys and hosts that its user has, and the patience of `git-ssh-session`. */
const plainSsh =
  'ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=30 -o ServerAliveInterval=15 -o ServerAliveCountMax=4';
const checkTimeoutMs = 30_000;

/** What a clone over ssh works with. */
export interface GitSsh {
  /** As `GIT_SSH_COMMAND` has it. */
  readonly command: string;
  readonly hasKey: boolean;
  readonly hasKnownHosts: boolean;
  /** False outside of the image: what is given does nothing then. */
  readonly takesVariables: boolean;
}

/** The ssh that git has in this environment: ours in the image, else that of the machine. */
export async function chooseGitSsh(env: Readonly<Record<string, string>>): Promise<GitSsh> {
  const file = await findOnPath(program, env['PATH']);
  return {
    command: file === null ? plainSsh : program,
    hasKey: isSet(env['GIT_SSH_KEY']),
    hasKnownHosts: isSet(env['GIT_SSH_KNOWN_HOSTS']),
    takesVariables: file !== null,
  };
}

/** Says in the log which key will be shown to the server. @throws StepFailure for one that cannot be used */
export async function checkKey(
  { hasKey, takesVariables }: GitSsh,
  place: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  { log, signal }: StepContext,
): Promise<void> {
  if (!hasKey) return;
  if (!takesVariables) {
    log.append(
      'GIT_SSH_KEY has no effect outside the image of sessions: git uses the keys of the machine.\n',
    );
    return;
  }
  const options = { ...place, signal, outputMaxBytes: 1_024, timeoutMs: checkTimeoutMs };
  const { exitCode, output, errors } = await runProgram(program, ['--check'], options);
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new StepFailure(
      errors.trim().replace(`${program}: `, '') || 'The key of GIT_SSH_KEY could not be read.',
    );
  log.append(`The key of GIT_SSH_KEY is ${output.toString().trim()}.\n`);
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
