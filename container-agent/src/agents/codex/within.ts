import { CodexSetupError } from './codex-setup.error.ts';

/** @throws CodexSetupError when the work takes longer; the work itself goes on */
export async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `Codex did not answer within ${deadlineMs / 1_000} s. Send your message again.`;
    timer = setTimeout(() => reject(new CodexSetupError(message)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
