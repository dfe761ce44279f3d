import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PermissionMode } from '@codex-webapp/contracts';
import { AgentSetupError } from '../programs/agent-setup.error.ts';
import type { DroidConfig } from './droid.config.ts';

/** What droid itself takes for a login of a Factory account, below `.factory`. */
const loginFiles = ['auth.v2.file', 'auth.v2.keyring'];

const secretVariables = ['FACTORY_API_KEY', 'DROID_API_KEY'];

export function toDroidArguments(settingsFile: string | null): readonly string[] {
  const format = ['--input-format', 'stream-jsonrpc', '--output-format', 'stream-jsonrpc'];
  return ['exec', ...format, ...(settingsFile ? ['--settings', settingsFile] : [])];
}

/**
 * A gateway as a model of the user's own, in a file that droid merges for one process: the settings in HOME stay as
 * they are. Null without a gateway. @throws AgentSetupError
 */
export function toGatewaySettings({ gateway, model }: DroidConfig): string | null {
  if (!gateway) return null;
  if (!model) throw new AgentSetupError('A gateway for Droid needs the name of its model. Set DROID_MODEL.');
  const { baseUrl, provider, apiKey } = gateway;
  const key = { apiKey: apiKey ?? 'none' }; // Droid takes no model without one.
  return JSON.stringify({ customModels: [{ model, displayName: model, baseUrl, provider, ...key }] });
}

/** What each shell of droid's reads first: droid takes the key of an account from its environment alone, and passes it on. */
export function toShellStart(environment: Readonly<Record<string, string>>): string {
  const own = environment['BASH_ENV'];
  const restored = own ? `BASH_ENV=${quote(own)}\n. "$BASH_ENV"\n` : 'unset BASH_ENV\n';
  return `unset FACTORY_API_KEY\n${restored}`;
}

/** Without an account nothing of Factory's is contacted. */
export function toDroidEnvironment(
  { factoryApiKey }: DroidConfig,
  environment: Readonly<Record<string, string>>,
  shellStartFile: string,
): Readonly<Record<string, string>> {
  const secrets = secretVariables.flatMap((name) => [name, `${name}_FILE`]);
  const others = Object.entries(environment).filter(([name]) => !secrets.includes(name));
  return {
    ...Object.fromEntries(others),
    FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false',
    ...(factoryApiKey ? { FACTORY_API_KEY: factoryApiKey, BASH_ENV: shellStartFile } : {}),
    ...(factoryApiKey || hasLogin(environment['HOME']) ? {} : { FACTORY_AIRGAP_ENABLED: '1' }),
  };
}

export interface DroidSessionMode {
  /** How risky a command may be, by the model's own word, that runs unasked: a convenience, no boundary. */
  readonly autonomyLevel: 'off' | 'high';
  readonly interactionMode: 'auto' | 'spec';
}

/** Droid's own `skipPermissionsUnsafe` is left alone: a session has it for good, and modes change between turns. */
export function toSessionMode(mode: PermissionMode): DroidSessionMode {
  return {
    autonomyLevel: mode === 'full-auto' ? 'high' : 'off',
    interactionMode: mode === 'plan' ? 'spec' : 'auto',
  };
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function hasLogin(home = ''): boolean {
  return loginFiles.some((name) => existsSync(path.join(home, '.factory', name)));
}
