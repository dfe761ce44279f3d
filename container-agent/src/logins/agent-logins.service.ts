import { createHash } from 'node:crypto';
import {
  containerCredentialsSchema,
  leasedLoginSchema,
  type AgentCredential,
  type LeasedLogin,
  type RenewLeaseRequest,
} from '@codex-webapp/contracts';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AgentSetupError } from '../agents/programs/agent-setup.error.ts';
import { answerDeadlineMs, askAgain } from '../main-link/ask-again.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import { errorOf, MainServerClient } from '../main-link/main-server-client.ts';
import type { AgentLogin, AgentLogins } from './agent-login.ts';
import { LoginFiles } from './login-files.ts';

interface KnownLogin {
  readonly agent: string;
  /** Null: the owner gave none. */
  readonly login: AgentLogin | null;
}

/** Logins as main-server gives them: that of the agent at work is kept in memory until it says that they changed. */
@Injectable()
export class AgentLoginsService implements AgentLogins, OnApplicationBootstrap, OnApplicationShutdown {
  private known: KnownLogin | null = null;
  private readonly notices = new Map<string, Set<string>>();
  private readonly told = new Set<string>();
  /** What was asked for before a change may be from before it. */
  private changes = 0;
  private isAtWork: () => boolean = () => false;

  constructor(
    private readonly client: MainServerClient,
    private readonly link: MainLinkService,
    private readonly files: LoginFiles,
  ) {}

  onApplicationBootstrap(): void {
    this.files.begin();
    this.link.onFrame(({ type }) => {
      if (type === 'credentials.changed') this.drop();
    });
    // What changed while there was no link was not said.
    this.link.onReady(() => this.drop());
  }

  /** A turn that runs keeps its files to its end, also when the owner has taken them back. */
  keepFilesWhile(isAtWork: () => boolean): void {
    this.isAtWork = isAtWork;
  }

  onApplicationShutdown(): void {
    this.files.removeAll();
  }

  async find(agent: string): Promise<AgentLogin | null> {
    if (this.known?.agent === agent) return this.known.login;
    const changesBefore = this.changes;
    const login = this.take(agent, await this.fetch(agent));
    this.known = changesBefore === this.changes ? { agent, login } : null;
    return login;
  }

  async renew(agent: string, refusedToken: string): Promise<LeasedLogin> {
    const refusedTokenHash = createHash('sha256').update(refusedToken).digest('hex');
    const body = { agent, refusedTokenHash } satisfies RenewLeaseRequest;
    const answer = await this.client.call({
      method: 'POST',
      path: 'credentials/renewals',
      body: JSON.stringify(body),
      deadlineMs: answerDeadlineMs,
    });
    const lease = answer.status === 200 ? leasedLoginSchema.safeParse(answer.body).data : undefined;
    // The next program begins with the new one.
    this.forget();
    if (lease !== undefined) return lease;
    throw new AgentSetupError(
      errorOf(answer)?.message ?? 'The login could not be renewed. Send your message again.',
    );
  }

  takeNotices(agent: string): readonly string[] {
    for (const place of this.files.listRenewed(agent)) {
      this.note(
        agent,
        `The agent has changed its login in ~/${place}. The change lasts until this session stops; to keep it, put the file into Settings → Agents.`,
      );
    }
    const notices = [...(this.notices.get(agent) ?? [])].filter((text) => !this.told.has(text));
    this.notices.delete(agent);
    for (const text of notices) this.told.add(text);
    return notices;
  }

  /** What was given is of no use any more. Who is at work has it; the next one asks anew, and then the files change. */
  private drop(): void {
    this.forget();
    if (!this.isAtWork()) this.files.removeAll();
  }

  private forget(): void {
    this.changes += 1;
    this.known = null;
  }

  /** Null where the owner gave none. @throws AgentSetupError when main-server does not say */
  private async fetch(agent: string): Promise<AgentCredential | null> {
    const answer = await askAgain(this.client, 'credentials');
    // An older main-server has none to give.
    if (answer === null) return null;
    if (answer.status === 200) return findCredential(agent, answer.body);
    throw new AgentSetupError(
      'The server does not say how to log the agent in. Send your message again in a moment.',
    );
  }

  private take(agent: string, credential: AgentCredential | null): AgentLogin | null {
    for (const place of this.files.place(agent, credential?.files ?? [])) {
      this.note(
        agent,
        `This session has a login of its own in ~/${place}; it is used instead of the one of Settings → Agents. Delete the file to change that.`,
      );
    }
    if (credential === null) return null;
    const { environment, withoutVariables, files, lease } = credential;
    const parts = JSON.stringify([environment, withoutVariables, files, lease?.accountId ?? null]);
    const revision = createHash('sha256').update(parts).digest('hex');
    return { revision, environment, withoutVariables, lease };
  }

  private note(agent: string, text: string): void {
    this.notices.set(agent, (this.notices.get(agent) ?? new Set()).add(text));
  }
}

/** Null where the owner gave none. @throws AgentSetupError when nothing is said of the agent */
function findCredential(agent: string, body: unknown): AgentCredential | null {
  const { agents, credentials } = containerCredentialsSchema.parse(body);
  // To go on would be to work by the server's key in the place of the owner's.
  if (agents?.includes(agent) === false)
    throw new AgentSetupError('This session has another agent by now. Send your message again.');
  return credentials.find((one) => one.agent === agent) ?? null;
}
