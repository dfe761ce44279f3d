import type { PromptResponse } from '@codex-webapp/contracts';
import type { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** As `ask` does, up to the start of the turn; returns its id. */
export async function beginTurn(
  server: Pick<ServerProcess, 'client'>,
  sessionId: string,
  text: string,
): Promise<string> {
  const { body } = await server.client.post(`/api/sessions/${sessionId}/messages`, { text });
  const { id } = body as PromptResponse;
  let turnId: string | null = null;
  await waitFor(async () => {
    const prompt = await server.client.get(`/api/sessions/${sessionId}/prompts/${id}`);
    const { status, turnId: known } = prompt.body as PromptResponse;
    turnId = status === 'started' ? known : null;
    return turnId !== null;
  }, 120_000);
  return turnId ?? '';
}
