import { describe, expect, it } from '@jest/globals';
import { readCodexConfig } from './codex.config.ts';
import { logsInWithKey, toCodexArguments, toCodexEnvironment } from './codex-settings.ts';

const environment = { PATH: '/bin', OPENAI_API_KEY: 'sk-secret', OPENAI_API_KEY_FILE: '/run/secret' };

describe('toCodexArguments', () => {
  it('turns off what contacts other hosts, and turns on plan and questions', () => {
    const settings = toCodexArguments(readCodexConfig({}));
    expect(settings[0]).toBe('app-server');
    expect(settings).toEqual(
      expect.arrayContaining([
        'analytics.enabled=false',
        'features.plugins=false',
        'features.apps=false',
        'features.shell_snapshot=false',
        'check_for_update_on_startup=false',
        'tools.update_plan.enabled=true',
        'features.default_mode_request_user_input=true',
      ]),
    );
  });

  it('names a gateway and the variable of its key, never the key', () => {
    const config = readCodexConfig({
      OPENAI_BASE_URL: 'https://models.example/v1',
      OPENAI_API_KEY: 'sk-secret',
    });
    const settings = toCodexArguments(config).join(' ');
    expect(settings).toContain('base_url="https://models.example/v1"');
    expect(settings).toContain('env_key="OPENAI_API_KEY"');
    expect(settings).not.toContain('sk-secret');
  });

  it('says how often a gateway that fails is asked again; of OpenAI itself codex lets nobody say it', () => {
    const gateway = toCodexArguments(readCodexConfig({ OPENAI_BASE_URL: 'https://models.example/v1' }));
    expect(gateway).toContain(
      'model_providers.gateway={name="Gateway",base_url="https://models.example/v1",wire_api="responses",' +
        'request_max_retries=4,stream_max_retries=5}',
    );
    expect(toCodexArguments(readCodexConfig({})).join(' ')).not.toContain('max_retries');
  });

  it('keeps a key for OpenAI itself in memory, beside the login of the user', () => {
    const config = readCodexConfig({ OPENAI_API_KEY: 'sk-secret' });
    expect(toCodexArguments(config)).toContain('cli_auth_credentials_store="ephemeral"');
    expect(logsInWithKey(config)).toBe(true);
  });
});

describe('toCodexEnvironment', () => {
  it('gives the key to a gateway only', () => {
    const gateway = readCodexConfig({
      OPENAI_BASE_URL: 'https://models.example/v1',
      OPENAI_API_KEY: 'sk-secret',
    });
    expect(toCodexEnvironment(gateway, environment)).toEqual({ PATH: '/bin', OPENAI_API_KEY: 'sk-secret' });
    const own = readCodexConfig({ OPENAI_API_KEY: 'sk-secret' });
    expect(toCodexEnvironment(own, environment)).toEqual({ PATH: '/bin' });
  });
});
