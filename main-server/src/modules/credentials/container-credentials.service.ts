import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import {
  findAgentLogin,
  loginVariablesOf,
  type AgentCredential,
  type ContainerCredentialsResponse,
  type LeasedLogin,
  type RenewLeaseRequest,
} from '@codex-webapp/contracts';
import type { ContainerIdentity } from '../../common/auth-user.ts';
import { LinkRegistry } from '../link/link-registry.ts';
import { PromptsService } from '../prompts/prompts.service.ts';
import type { OwnedSession } from '../session-state/session.ts';
import { isOwned, SessionStateService, sessionNotFound } from '../session-state/session-state.service.ts';
import { chooseCredential, type OpenedCredential } from './choose-credential.ts';
import { CredentialStore } from './credential-store.ts';
import { credentialEvents, type CredentialsChanged } from './credentials.events.ts';
import { credentialNotFound } from './credentials.service.ts';
import { findRenewable } from './codex-login.ts';
import { LoginLeases } from './login-leases.ts';
import { withoutRefreshToken } from './claude-login.ts';

/** Gives containers what the agents of their session's owner log in with. */
@Injectable()
export class ContainerCredentialsService {
  constructor(
    private readonly store: CredentialStore,
    private readonly leases: LoginLeases,
    private readonly sessions: SessionStateService,
    private readonly prompts: PromptsService,
    private readonly links: LinkRegistry,
  ) {}

  /**
   * Of the agent the session has now and of those it is at work with, and no others: what is said to an agent cannot
   * make it ask for the logins of the rest.
   */
  async read(container: ContainerIdentity): Promise<ContainerCredentialsResponse> {
    const session = await this.getOwned(container);
    const agents = await this.listAgents(session);
    const chosen = await Promise.all(agents.map((agent) => this.choose(session, agent)));
    const credentials = chosen.filter((one) => one !== null).map((one) => this.deliver(one));
    return { agents: [...agents], credentials: await Promise.all(credentials) };
  }

  /** @throws credential.not_found, credential.refused, credential.unreachable */
  async renew(container: ContainerIdentity, request: RenewLeaseRequest): Promise<LeasedLogin> {
    const session = await this.getOwned(container);
    const isGiven = (await this.listAgents(session)).includes(request.agent);
    const chosen = isGiven ? await this.choose(session, request.agent) : null;
    if (chosen === null) throw credentialNotFound();
    return this.leases.renew(chosen.row, request.refusedTokenHash);
  }

  /** Their next message asks anew. A container that is not connected asks when it comes. */
  @OnEvent(credentialEvents.changed)
  async onChanged({ userId }: CredentialsChanged): Promise<void> {
    for (const id of await this.sessions.listIdsOf(userId))
      this.links.get(id)?.send({ type: 'credentials.changed' });
  }

  private async getOwned({ sessionId }: ContainerIdentity): Promise<OwnedSession> {
    const session = await this.sessions.find(sessionId);
    if (session === null || !isOwned(session)) throw sessionNotFound();
    return session;
  }

  private async listAgents(session: OwnedSession): Promise<readonly string[]> {
    return [...new Set([session.agent, ...(await this.prompts.listAgentsAtWork(session))])];
  }

  private async choose({ ownerId }: OwnedSession, agent: string): Promise<OpenedCredential | null> {
    return chooseCredential(await this.store.listOf(ownerId, agent));
  }

  private async deliver(chosen: OpenedCredential): Promise<AgentCredential> {
    const { row, content } = chosen;
    const login = findAgentLogin(row.agent);
    const empty = {
      agent: row.agent,
      environment: {},
      withoutVariables: login === undefined ? [] : [...loginVariablesOf(login)],
      files: [],
      lease: null,
    };
    await this.store.noteUsed(row);
    if (content.kind === 'auth-file') {
      if (findRenewable(row.agent, content) !== null)
        return { ...empty, lease: await this.leases.lease(row) };
      return { ...empty, files: content.files.map((file) => withoutRefreshToken(row.agent, file)) };
    }
    const environment: Record<string, string> = { [content.variable]: content.secret };
    const gateway = login?.apiKey?.gateway;
    if (content.kind === 'api-key' && content.baseUrl !== null && gateway) {
      environment[gateway.baseUrlVariable] = content.baseUrl;
      if (content.model !== null && gateway.modelVariable !== null)
        environment[gateway.modelVariable] = content.model;
    }
    return { ...empty, environment };
  }
}
