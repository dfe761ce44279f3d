import { describe, expect, it } from '@jest/globals';
import { readAcpConfig } from './acp.config.ts';

const agent = { id: 'goose', name: 'Goose', command: 'goose', auth: 'key' };

describe('readAcpConfig', () => {
  it('has our agents, then the configured ones', () => {
    const { agents } = readAcpConfig({ ACP_AGENTS: JSON.stringify([agent]) });
    expect(agents.map(({ id }) => id)).toEqual(['gemini', 'opencode', 'qwen', 'copilot', 'goose']);
    expect(agents.at(-1)).toMatchObject({ command: 'goose', args: [], authMethod: 'key' });
    expect(agents.every(({ name, description }) => name !== '' && description !== '')).toBe(true);
  });

  it('has ours alone by an empty variable, as a file of variables gives it', () => {
    expect(readAcpConfig({ ACP_AGENTS: '' })).toEqual(readAcpConfig({}));
  });

  it('names the field of an entry that makes no sense', () => {
    expect(() => readAcpConfig({ ACP_AGENTS: JSON.stringify([{ ...agent, id: 'codex' }]) })).toThrow(
      /ACP_AGENTS\.0\.id: there is an agent "codex" already/,
    );
  });
});
