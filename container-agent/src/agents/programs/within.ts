import { AgentSetupError } from './agent-setup.error.ts';

/** @throws AgentSetupError when the agent takes longer; its work itself goes on */
export async function within<T>(agentName: string, deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `${agentName} did not answer within ${deadlineMs / 1_000} s. Send your message again.`;
    timer = setTimeout(() => reject(new AgentSetupError(message)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
