import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findAgentLogin } from '@codex-webapp/contracts';
import { readDroidConfig } from './droid.config.ts';
import {
  toDroidArguments,
  toDroidEnvironment,
  toGatewaySettings,
  toSessionMode,
  toShellStart,
} from './droid-settings.ts';

const gateway = {
  DROID_BASE_URL: 'https://models.example',
  DROID_API_KEY: 'sk-secret',
  DROID_PROVIDER: 'anthropic',
  DROID_MODEL: 'big',
};

describe('toGatewaySettings', () => {
  it('makes the gateway a model of its own, in a file and not among the arguments', () => {
    const settings = toGatewaySettings(readDroidConfig(gateway)) ?? '';
    expect(JSON.parse(settings)).toEqual({
      customModels: [
        {
          model: 'big',
          displayName: 'big',
          baseUrl: 'https://models.example',
          provider: 'anthropic',
          apiKey: 'sk-secret',
        },
      ],
    });
    expect(toDroidArguments('/tmp/file')).toEqual(expect.arrayContaining(['--settings', '/tmp/file']));
    expect(toDroidArguments(null)).not.toContain('--settings');
  });

  it('says nothing of retries, which droid itself decides', () => {
    const format = ['--input-format', 'stream-jsonrpc', '--output-format', 'stream-jsonrpc'];
    expect(toDroidArguments(null)).toEqual(['exec', ...format]);
    const environment = toDroidEnvironment(readDroidConfig({}), {}, '/start');
    expect(JSON.stringify([environment, toGatewaySettings(readDroidConfig(gateway))])).not.toMatch(/retr/i);
  });

  it('wants the name of a model', () => {
    expect(toGatewaySettings(readDroidConfig({}))).toBeNull();
    expect(() => toGatewaySettings(readDroidConfig({ ...gateway, DROID_MODEL: '' }))).toThrow('DROID_MODEL');
  });
});

describe('toDroidEnvironment', () => {
  const environment = {
    PATH: '/bin',
    DROID_API_KEY: 'sk',
    FACTORY_API_KEY: 'fk',
    FACTORY_API_KEY_FILE: '/f',
  };

  it('contacts nobody without an account, and holds no key of a gateway', () => {
    expect(toDroidEnvironment(readDroidConfig(gateway), environment, '/start')).toEqual({
      PATH: '/bin',
      FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false',
      FACTORY_AIRGAP_ENABLED: '1',
    });
  });

  it('holds the key of an account, which its shells lose', () => {
    const config = readDroidConfig({ FACTORY_API_KEY: 'fk-secret' });
    expect(toDroidEnvironment(config, environment, '/start')).toEqual({
      PATH: '/bin',
      FACTORY_DROID_AUTO_UPDATE_ENABLED: 'false',
      FACTORY_API_KEY: 'fk-secret',
      BASH_ENV: '/start',
    });
    expect(toShellStart({})).toBe('unset FACTORY_API_KEY\nunset BASH_ENV\n');
    expect(toShellStart({ BASH_ENV: "/it's" })).toContain(`BASH_ENV='/it'\\''s'\n. "$BASH_ENV"`);
  });

  const ofUser = findAgentLogin('droid')?.authFile?.paths ?? [];

  it.each([
    ['a login in HOME', ofUser, false],
    ['one behind a keyring', ['.factory/auth.v2.keyring'], false],
    ['a file that droid does not read', ['.factory/auth.json'], true],
  ])('knows %s', (_, files, isAlone) => {
    const home = mkdtempSync(path.join(tmpdir(), 'droid-home-'));
    mkdirSync(path.join(home, '.factory'));
    for (const file of files) writeFileSync(path.join(home, file), '');
    const settings = toDroidEnvironment(readDroidConfig({}), { HOME: home }, '/start');
    rmSync(home, { recursive: true });
    expect('FACTORY_AIRGAP_ENABLED' in settings).toBe(isAlone);
  });
});

describe('toSessionMode', () => {
  it.each([
    ['full-auto', 'high', 'auto'],
    ['ask-first', 'off', 'auto'],
    ['plan', 'off', 'spec'],
  ] as const)('turns %s into what droid knows', (mode, autonomyLevel, interactionMode) => {
    expect(toSessionMode(mode)).toEqual({ autonomyLevel, interactionMode });
  });
});
