import type { PermissionMode } from '@codex-webapp/contracts';
import type { CodexConfig } from './codex.config.ts';

/** The variable our provider reads its key from. */
const keyVariable = 'OPENAI_API_KEY';

/** How often a failing gateway is asked again: codex's own numbers, so that a newer codex does not change them. */
const gatewayRetries = 'request_max_retries=4,stream_max_retries=5';

/**
 * The arguments of `codex app-server`. Settings go on the command line and not into config.toml, which belongs to the
 * user; no secret is among them. Whatever contacts other hosts than the model's is off.
 */
export function toCodexArguments(config: CodexConfig): readonly string[] {
  const settings: Record<string, string> = {
    check_for_update_on_startup: 'false',
    suppress_unstable_features_warning: 'true',
    'analytics.enabled': 'false',
    'features.plugins': 'false',
    'features.apps': 'false',
    // They would put the whole environment, secrets included, into files on the session's volume.
    'features.shell_snapshot': 'false',
    // The plan and questions outside plan mode are off unless asked for.
    'features.default_mode_request_user_input': 'true',
    'tools.update_plan.enabled': 'true',
    'shell_environment_policy.exclude': `[${quote(keyVariable)}]`,
    ...(config.model ? { model: quote(config.model) } : {}),
    ...providerSettings(config),
  };
  return ['app-server', ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

/** Whether codex logs in with the API key itself; a gateway gets the key from the environment. */
export function logsInWithKey(config: CodexConfig): config is CodexConfig & { apiKey: string } {
  return config.apiKey !== null && config.baseUrl === null;
}

/** The key goes to codex in the one way it needs, and never to the commands it runs. */
export function toCodexEnvironment(
  config: CodexConfig,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { [keyVariable]: _key, [`${keyVariable}_FILE`]: _file, ...others } = environment;
  return config.apiKey && config.baseUrl ? { ...others, [keyVariable]: config.apiKey } : others;
}

/**
 * Codex's own sandbox stays off: the container is the sandbox, and most containers do not let codex build another one
 * inside. What remains is whether it asks.
 */
export function toApprovalPolicy(mode: PermissionMode): 'never' | 'untrusted' {
  return mode === 'full-auto' ? 'never' : 'untrusted';
}

function providerSettings({ apiKey, baseUrl }: CodexConfig): Record<string, string> {
  // An API key is kept in memory: a login of the user's in auth.json stays as it is.
  if (!baseUrl) return apiKey ? { cli_auth_credentials_store: quote('ephemeral') } : {};
  const key = apiKey ? `,env_key=${quote(keyVariable)}` : '';
  return {
    model_provider: quote('gateway'),
    'model_providers.gateway': `{name="Gateway",base_url=${quote(baseUrl)},wire_api="responses",${gatewayRetries}${key}}`,
  };
}

/** JSON's quoting of a text is TOML's too. */
function quote(text: string): string {
  return JSON.stringify(text);
}
