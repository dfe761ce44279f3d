import { ContainerProviderError } from '../container-provider.errors.ts';

interface EngineError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly message?: string;
  readonly name?: string;
}

const connectionErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
]);

/** Whether the engine says that there is no such thing. */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Whether the engine says that it is so already, or that another call is at it. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409 || statusOf(error) === 304;
}

/** Whether the engine refuses it for one of these is all the same. */
export async function ignore(
  work: Promise<unknown>,
  ...expected: readonly ((error: unknown) => boolean)[]
): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!expected.some((isExpected) => isExpected(error))) throw error;
  }
}

/** What the engine's error means, in our words. An error that is ours already stays as it is. */
export function toProviderError(error: unknown): Error {
  if (error instanceof ContainerProviderError) return error;
  const { code, message = String(error), name } = error as EngineError;
  if (name === 'AbortError' || name === 'TimeoutError') {
    return new ContainerProviderError('timed_out', 'Docker did not answer in time. Try again.', {
      cause: error,
      isRetryable: true,
    });
  }
  if (statusOf(error) === undefined && code !== undefined && connectionErrors.has(code)) {
    return new ContainerProviderError('unreachable', describeUnreachable(code), { cause: error });
  }
  const said = message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
  if (/no space left|cannot allocate memory|no available .*address pool/i.test(message)) {
    return new ContainerProviderError('out_of_resources', `Docker has no room left: ${said}`, {
      cause: error,
    });
  }
  if (/no such image|pull access denied|manifest unknown/i.test(message)) {
    return new ContainerProviderError('image_unavailable', `The image is not there: ${said}`, {
      cause: error,
    });
  }
  const reason = (statusOf(error) ?? 500) < 500 ? 'rejected' : 'failed';
  return new ContainerProviderError(reason, `Docker said: ${said}`, {
    cause: error,
    isRetryable: reason === 'failed',
  });
}

/** What the engine's errors mean, in our words. */
export async function translate<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    // What the caller aborted with is the caller's own.
    if (error instanceof Error && !('statusCode' in error) && !('code' in error) && error.name === 'Error')
      throw error;
    throw toProviderError(error);
  }
}

function statusOf(error: unknown): number | undefined {
  return (error as EngineError | null)?.statusCode;
}

function describeUnreachable(code: string): string {
  if (code === 'EACCES') {
    return 'This user may not talk to Docker. Add it to the docker group, or start the server as another user.';
  }
  return 'Docker does not answer. Start it, or choose another provider for the session.';
}
