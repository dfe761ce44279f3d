import { describe, expect, it } from '@jest/globals';
import type { McpServerResponse } from '@codex-webapp/contracts/agent-settings';
import {
  emptyServer,
  isComplete,
  problemOfServerName,
  toSameServer,
  toServerDraft,
  toServerRequest,
} from './server-draft.ts';
import { emptyDraft } from './value-draft.ts';

const program: McpServerResponse = {
  name: 'files',
  isEnabled: true,
  transport: 'stdio',
  command: 'npx',
  args: ['-y', 'a server'],
  environment: [{ name: 'TOKEN', isSecret: true, value: null }],
  url: null,
  headers: [],
  notTakenBy: [],
};
const remote: McpServerResponse = {
  ...program,
  name: 'web',
  transport: 'http',
  command: null,
  args: [],
  environment: [],
  url: 'https://mcp.example.com/mcp',
  headers: [{ name: 'X-Team', isSecret: false, value: 'blue' }],
};

describe('a draft of an MCP server', () => {
  it.each([program, remote])('that nobody changes is the same again', (server) => {
    expect(toServerRequest(toServerDraft(server))).toEqual(toSameServer(server));
  });

  it('takes an argument from each line, and no empty rows', () => {
    const environment = [emptyDraft('1', true), { ...emptyDraft('2', true), name: 'A', value: 'b' }];
    const draft = {
      ...emptyServer,
      name: ' files ',
      command: ' npx ',
      args: '-y\n\na server\n',
      environment,
    };
    expect(toServerRequest(draft)).toEqual({
      name: 'files',
      isEnabled: true,
      transport: 'stdio',
      command: 'npx',
      args: ['-y', 'a server'],
      environment: [{ name: 'A', value: 'b', isSecret: true }],
    });
  });

  it('is complete with a name and what it is', () => {
    expect(isComplete({ ...emptyServer, name: 'a' })).toBe(false);
    expect(isComplete({ ...emptyServer, name: 'a', command: 'npx' })).toBe(true);
    expect(isComplete({ ...emptyServer, name: 'a', transport: 'sse', command: 'npx' })).toBe(false);
  });

  it('says why a name cannot be', () => {
    expect(problemOfServerName('web', [program])).toBeNull();
    expect(problemOfServerName('web', [remote])).toMatch(/already/);
    expect(problemOfServerName('a.b', [])).toMatch(/letters/);
  });
});
