import { expect } from '@jest/globals';
import type { MessageResponse, PromptOutcomeResponse, PromptResponse } from '@codex-webapp/contracts';
import { docker } from './docker-world.ts';
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

/** For all agents of the image: the scripted model is where they ask. */
export function agentEnvironment(modelUrl: string): Readonly<Record<string, string>> {
  return {
    AGENT_ENV_OPENAI_BASE_URL: `${modelUrl}/v1`,
    AGENT_ENV_OPENAI_API_KEY: 'sk-scripted',
    AGENT_ENV_CODEX_MODEL: 'gpt-5.5',
    AGENT_ENV_ANTHROPIC_BASE_URL: modelUrl,
    AGENT_ENV_ANTHROPIC_API_KEY: 'sk-scripted',
    AGENT_ENV_DROID_BASE_URL: `${modelUrl}/v1`,
    AGENT_ENV_DROID_API_KEY: 'sk-scripted',
    AGENT_ENV_DROID_MODEL: 'scripted',
  };
}

/** Where containers reach this machine. */
export async function findBridgeGateway(): Promise<string> {
  const { IPAM } = (await docker.getNetwork('bridge').inspect()) as {
    IPAM: { Config: { Gateway?: string; Subnet: string }[] };
  };
  const [config] = IPAM.Config;
  if (config === undefined) throw new Error('The network "bridge" has no address');
  return config.Gateway ?? config.Subnet.replace(/\.\d+\/\d+$/, '.1');
}
