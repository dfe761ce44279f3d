import {
  agentLogins,
  credentialKinds,
  type AgentLogin,
  type CredentialKind,
  type CredentialListResponse,
  type CredentialResponse,
} from '@codex-webapp/contracts/credentials';

/** An agent with what it is logged in by. */
export interface AgentCard {
  readonly agent: string;
  readonly name: string;
  /** Null for one that came by configuration. */
  readonly login: AgentLogin | null;
  /** In the order in which they count. */
  readonly credentials: readonly CredentialResponse[];
  readonly isFromServer: boolean;
}

export type AgentState = 'ready' | 'trouble' | 'server' | 'none';

/** All agents we know of, and those the user named. */
export function toAgentCards({ credentials, fromServer }: CredentialListResponse): readonly AgentCard[] {
  const known = agentLogins.map((login) => ({ agent: login.agent, name: login.name, login }));
  const others = [...new Set(credentials.map(({ agent }) => agent))]
    .filter((agent) => !agentLogins.some((login) => login.agent === agent))
    .map((agent) => ({ agent, name: agent, login: null }));
  return [...known, ...others].map((card) => ({
    ...card,
    credentials: credentialKinds.flatMap((kind) =>
      credentials.filter((one) => one.agent === card.agent && one.kind === kind),
    ),
    isFromServer: fromServer.includes(card.agent),
  }));
}

export function stateOf({ credentials, isFromServer }: AgentCard): AgentState {
  const used = credentials.find(({ isUsed }) => isUsed) ?? credentials[0];
  if (used !== undefined) return used.state === 'ready' ? 'ready' : 'trouble';
  return isFromServer ? 'server' : 'none';
}

/** How an agent can be logged in here. */
export function kindsOf(login: AgentLogin | null): readonly CredentialKind[] {
  if (login === null) return ['api-key'];
  const { apiKey, accessToken, authFile } = login;
  return credentialKinds.filter((kind) => {
    if (kind === 'api-key') return apiKey !== null;
    return kind === 'access-token' ? accessToken !== null : authFile !== null;
  });
}

export const kindTitles: Readonly<Record<CredentialKind, string>> = {
  'api-key': 'API key',
  'access-token': 'Token',
  'auth-file': 'Login file',
};

/** Within a sentence. */
export const kindNames: Readonly<Record<CredentialKind, string>> = {
  'api-key': 'API key',
  'access-token': 'token',
  'auth-file': 'login file',
};
