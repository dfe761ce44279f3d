import { describe, expect, it } from '@jest/globals';
import { readClaudeConfig } from './claude.config.ts';
import { toClaudeArguments, toClaudeEnvironment } from './claude-settings.ts';

describe('toClaudeArguments', () => {
  it('begins a conversation, or goes on with one, in the mode of the turn', () => {
    const config = readClaudeConfig({ CLAUDE_MODEL: 'opus' });
    const begun = toClaudeArguments(config, { id: 'one', isResumed: false }, 'plan').join(' ');
    expect(begun).toContain('--session-id one');
    expect(begun).toContain('--permission-mode plan');
    expect(begun).toContain('--model opus');
    const resumed = toClaudeArguments(readClaudeConfig({}), { id: 'one', isResumed: true }, 'full-auto').join(
      ' ',
    );
    expect(resumed).toContain('--resume one');
    expect(resumed).toContain('--permission-mode bypassPermissions');
    expect(resumed).not.toContain('--model');
  });
});

describe('toClaudeEnvironment', () => {
  const source = {
    PATH: '/bin',
    ANTHROPIC_API_KEY: 'sk-key',
    CLAUDE_CODE_OAUTH_TOKEN_FILE: '/run/token',
    ANTHROPIC_AUTH_TOKEN: 'bearer',
  };

  it('hands key and token over on descriptors, and leaves no variable of them', () => {
    const config = readClaudeConfig({ ANTHROPIC_API_KEY: 'sk-key', CLAUDE_CODE_OAUTH_TOKEN: 'sk-oauth' });
    const { environment, secrets } = toClaudeEnvironment(config, source);
    expect(secrets).toEqual(['sk-key', 'sk-oauth']);
    expect(environment).toMatchObject({
      PATH: '/bin',
      CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR: '3',
      CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR: '4',
    });
    expect(JSON.stringify(environment)).not.toMatch(/sk-|bearer|run\/token/);
  });

  it('gives the token of a gateway in the environment, the one place it is read from', () => {
    const config = readClaudeConfig({ ANTHROPIC_AUTH_TOKEN: 'bearer', ANTHROPIC_BASE_URL: 'http://gateway' });
    const { environment, secrets } = toClaudeEnvironment(config, source);
    expect(secrets).toEqual([]);
    expect(environment).toMatchObject({
      ANTHROPIC_AUTH_TOKEN: 'bearer',
      ANTHROPIC_BASE_URL: 'http://gateway',
    });
  });

  it('says how often to try again, and keeps other hosts out', () => {
    expect(toClaudeEnvironment(readClaudeConfig({}), {}).environment).toEqual({
      CLAUDE_CODE_ENABLE_TODO_TOOLS: '1',
      IS_SANDBOX: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_EMIT_SESSION_STATE_EVENTS: '1',
      CLAUDE_CODE_MAX_RETRIES: '6',
    });
  });
});
