import { expect } from '@jest/globals';
import type { MessageResponse, PromptOutcomeResponse, PromptResponse } from '@codex-webapp/contracts';
import type { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

const answerMs = 12 * 60_000;

/** The answer, once the turn has ended. */
export async function ask(
  server: Pick<ServerProcess, 'client'>,
  sessionId: string,
  ...script: readonly string[]
): Promise<MessageResponse> {
  const { status, body } = await server.client.post(`/api/sessions/${sessionId}/messages`, {
    text: script.join('\n'),
  });
  expect(status).toBe(202);
  const { id } = body as PromptResponse;
  let answer: MessageResponse | null = null;
  await waitFor(async () => {
    const outcome = await server.client.get(`/api/sessions/${sessionId}/prompts/${id}?wait=20`);
    ({ message: answer } = outcome.body as PromptOutcomeResponse);
    return answer !== null;
  }, answerMs);
  if (answer === null) throw new Error('waited for it');
  return answer;
}

/** What the tools of an answer printed. */
export function printedIn({ items }: MessageResponse): string {
  const outputs = items.map((item) => (item.type === 'tool' ? (item.output ?? '') : ''));
  return outputs.join('').replaceAll('\r', '');
}
