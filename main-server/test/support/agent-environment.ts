/** For the agents of the image: the scripted model is where they ask. */
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
