import { describe, expect, it } from '@jest/globals';
import type { CredentialResponse } from '@codex-webapp/contracts/credentials';
import { findAgentLogin } from '@codex-webapp/contracts/credentials';
import { kindsOf, stateOf, toAgentCards } from './agent-cards.ts';

function buildCredential(overrides: Partial<CredentialResponse> = {}): CredentialResponse {
  return {
    agent: 'codex',
    kind: 'api-key',
    hint: '1234',
    baseUrl: null,
    model: null,
    files: [],
    state: 'ready',
    isUsed: true,
    isRenewedHere: false,
    createdAt: '2026-11-27T00:00:00.000Z',
    updatedAt: '2026-11-27T00:00:00.000Z',
    lastUsedAt: null,
    ...overrides,
  };
}

const stateOfCodex = (...credentials: readonly CredentialResponse[]) =>
  stateOf(toAgentCards({ credentials, fromServer: [] }).find(({ agent }) => agent === 'codex')!);

describe('toAgentCards', () => {
  it('shows every known agent, and those the user named', () => {
    const credentials = [buildCredential({ agent: 'goose' })];
    const agents = toAgentCards({ credentials, fromServer: ['codex'] }).map(({ agent }) => agent);
    expect(agents).toEqual(expect.arrayContaining(['codex', 'claude', 'copilot', 'goose']));
    expect(agents.at(-1)).toBe('goose');
  });

  it('puts the logins of an agent in the order in which they count', () => {
    const credentials = [
      buildCredential({ kind: 'auth-file', isUsed: false }),
      buildCredential({ kind: 'api-key' }),
    ];
    const [codex] = toAgentCards({ credentials, fromServer: [] });
    expect(codex?.credentials.map(({ kind }) => kind)).toEqual(['api-key', 'auth-file']);
  });
});

describe('stateOf', () => {
  it('is about the login that is used', () => {
    expect(stateOfCodex()).toBe('none');
    expect(stateOfCodex(buildCredential())).toBe('ready');
    expect(stateOfCodex(buildCredential({ state: 'refused' }))).toBe('trouble');
    expect(stateOfCodex(buildCredential({ state: 'unreadable', isUsed: false }))).toBe('trouble');
  });

  it('says where the server itself logs an agent in', () => {
    const [codex] = toAgentCards({ credentials: [], fromServer: ['codex'] });
    expect(stateOf(codex!)).toBe('server');
  });
});

describe('kindsOf', () => {
  it('offers what the agent takes', () => {
    expect(kindsOf(findAgentLogin('claude')!)).toEqual(['api-key', 'access-token', 'auth-file']);
    expect(kindsOf(findAgentLogin('copilot')!)).toEqual(['access-token']);
    expect(kindsOf(null)).toEqual(['api-key']);
  });
});
