import { describe, expect, it } from '@jest/globals';
import { acpAgentsVariable } from './acp-agents.ts';

const agent = { id: 'goose', name: 'Goose', command: 'goose' };

describe('ACP_AGENTS', () => {
  it('takes an agent by three fields', () => {
    expect(acpAgentsVariable.parse(JSON.stringify([agent]))).toEqual([
      { ...agent, description: expect.any(String), args: [], env: {} },
    ]);
  });

  it.each([
    ['no JSON', '[{', ''],
    ['no list', '{}', ''],
    ['an entry without a command', JSON.stringify([{ id: 'a', name: 'A' }]), '0.command'],
    ['a command that is half a path', JSON.stringify([{ ...agent, command: 'bin/goose' }]), '0.command'],
    ['an id with capitals', JSON.stringify([{ ...agent, id: 'Goose' }]), '0.id'],
    ['an unknown field', JSON.stringify([{ ...agent, arguments: [] }]), '0'],
    ['the id of a built-in agent', JSON.stringify([agent, { ...agent, id: 'codex' }]), '1.id'],
    ['the same id twice', JSON.stringify([agent, agent]), '1.id'],
    ['a variable of an odd name', JSON.stringify([{ ...agent, env: { 'A B': '1' } }]), '0.env.A B'],
  ])('refuses %s, and names the field', (_, text, field) => {
    const { error } = acpAgentsVariable.safeParse(text);
    expect(error?.issues.map(({ path }) => path.join('.'))).toContain(field);
  });

  it.each([
    ['{"id":"a"}', ': must be a list in square brackets, of one entry for each agent'],
    ['[{"id":"a","name":"A"}]', '0.command: is required'],
    ['[{"id":"a","command":"a"}]', '0.name: is required'],
  ])('says of %s what is wrong, in words', (text, sentence) => {
    const issues = acpAgentsVariable.safeParse(text).error?.issues ?? [];
    expect(issues.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([sentence]);
  });
});
