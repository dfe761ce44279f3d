import type { ScriptedModel } from '@codex-webapp/scripted-model';

/** What a server's environment needs for its sessions to run on the scripted model, which runs on this machine. */
export function scriptedAgents(
  provider: 'process' | 'docker',
  model: ScriptedModel,
): Readonly<Record<string, string>> {
  return {
    CONTAINER_PROVIDER: provider,
    AGENT_ENV_OPENAI_BASE_URL: `${model.url}/v1`,
    AGENT_ENV_OPENAI_API_KEY: 'sk-scripted',
    AGENT_ENV_CODEX_MODEL: 'gpt-5.5',
    // Sessions in containers reach nothing of this machine otherwise.
    ...(provider === 'docker' ? { CONTAINER_ALLOWED: new URL(model.url).host } : {}),
  };
}
