import { createHash } from 'node:crypto';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { LeasedLogin } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { WriteQueue } from '../../database/write-queue.ts';
import { systemActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { CodexTokenEndpoint } from './codex-token-endpoint.ts';
import { findRenewable, withTokens, type RenewableLogin, type RenewedTokens } from './codex-login.ts';
import { CredentialStore, type CredentialPlace } from './credential-store.ts';
import { credentialNotFound } from './credentials.service.ts';

/** A token that ends sooner is not given out any more; they live for days. */
const renewBeforeMs = 60 * 60 * 1_000;
/** What was renewed less long ago is not renewed again because a container says that it was refused. */
const coolDownMs = 60 * 1_000;
/** A container that asks is given the old token then, as long as that one lives; a turn does not wait for OpenAI. */
const leaseMaxWaitMs = 4_000;

/**
 * Renews logins whose refresh tokens are good for one use, and gives containers the access tokens alone: so that many
 * sessions share a login and none logs the others out.
 */
@Injectable()
export class LoginLeases implements BeforeApplicationShutdown {
  private readonly logger = new Logger(LoginLeases.name);
  /** By credential: whoever comes while it is renewed gets the outcome, too. */
  private readonly renewals = new Map<string, Promise<RenewableLogin>>();
  /** Hashes of the access tokens that are cooling down. */
  private readonly young = new Set<string>();
  private isStopping = false;

  constructor(
    private readonly store: CredentialStore,
    private readonly endpoint: CodexTokenEndpoint,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** What OpenAI gives for a refresh token is stored, or the login is lost: the database is closed after that. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    await Promise.allSettled(this.renewals.values());
  }

  /** What a container logs in with now. An old token that cannot be renewed at the moment is given all the same. */
  async lease(place: CredentialPlace): Promise<LeasedLogin> {
    const login = await this.read(place);
    const livesForMs = (login.expiresAt ?? Number.POSITIVE_INFINITY) - this.clock.now();
    if (livesForMs > renewBeforeMs) return toLease(login);
    const renewal = this.renewOnce(place, login).catch((error: unknown) => {
      this.logger.warn({ msg: 'A login could not be renewed', agent: place.agent, err: error });
      return login;
    });
    if (livesForMs <= leaseMaxWaitMs) return toLease(await renewal);
    const patience = this.clock.wait(leaseMaxWaitMs).then(() => login);
    return toLease(await Promise.race([renewal, patience]));
  }

  /**
   * After the maker refused a token. Renewed once, however many were refused the same one, and not more than once a
   * minute: who says so all the time gets what there is.
   * @throws credential.not_found, credential.refused, credential.unreachable
   */
  async renew(place: CredentialPlace, refusedTokenHash: string): Promise<LeasedLogin> {
    const login = await this.read(place);
    const tokenHash = hashOf(login.accessToken);
    const isRenewed = tokenHash !== refusedTokenHash || this.young.has(tokenHash);
    return toLease(isRenewed ? login : await this.renewOnce(place, login));
  }

  /** Renews it, which alone shows that it can be. @throws credential.refused, credential.unreachable */
  async check(place: CredentialPlace): Promise<void> {
    await this.renewOnce(place, await this.read(place));
  }

  private async read(place: CredentialPlace): Promise<RenewableLogin> {
    const stored = await this.store.find(place.userId, place.agent, place.kind);
    const login = stored?.content ? findRenewable(place.agent, stored.content) : null;
    if (login === null) throw credentialNotFound();
    return login;
  }

  private renewOnce(place: CredentialPlace, login: RenewableLogin): Promise<RenewableLogin> {
    const key = JSON.stringify([place.userId, place.agent, place.kind]);
    const running = this.renewals.get(key);
    if (running !== undefined) return running;
    if (this.isStopping) return Promise.reject(serverStops());
    const renewal = this.renewNow(place, login).finally(() => this.renewals.delete(key));
    this.renewals.set(key, renewal);
    return renewal;
  }

  private async renewNow(place: CredentialPlace, known: RenewableLogin): Promise<RenewableLogin> {
    // Another renewal may have ended between the reading and this.
    const login = await this.read(place);
    if (login.accessToken !== known.accessToken) return login;
    const tokens = await this.endpoint.renew(login.refreshToken);
    if (tokens === null) {
      await this.refuse(place, login);
      throw new DomainError('credential.refused', {
        message:
          'OpenAI does not renew this login any more. Log in again, and put the new file into Settings → Agents.',
      });
    }
    const kept = await this.keep(place, login, tokens);
    if (kept.accessToken === tokens.accessToken) this.coolDown(kept);
    return kept;
  }

  private coolDown({ accessToken }: RenewableLogin): void {
    const tokenHash = hashOf(accessToken);
    this.young.add(tokenHash);
    this.clock.schedule(coolDownMs, () => this.young.delete(tokenHash));
  }

  /** The old refresh token is used up by now: what came back is stored before anybody gets it. */
  private async keep(
    place: CredentialPlace,
    login: RenewableLogin,
    tokens: RenewedTokens,
  ): Promise<RenewableLogin> {
    const { agent, userId } = place;
    return this.writeQueue.run(
      async (manager) => {
        const stored = await this.store.read(manager, place);
        if (stored?.content?.kind !== 'auth-file') throw credentialNotFound();
        const current = findRenewable(agent, stored.content);
        // The user put another login in its place meanwhile: that one counts.
        if (current !== null && current.refreshToken !== login.refreshToken) return current;
        const content = withTokens(stored.content, tokens, this.clock.date());
        const renewed = findRenewable(agent, content);
        if (renewed === null) throw credentialNotFound();
        await this.store.renew(manager, place, content);
        const details = { agent, userId };
        this.audit.record(manager, { actor: systemActor, action: 'credential.renewed', details });
        return renewed;
      },
      { isUrgent: true },
    );
  }

  private async refuse(place: CredentialPlace, login: RenewableLogin): Promise<void> {
    await this.writeQueue.run(async (manager) => {
      const stored = await this.store.read(manager, place);
      const current = stored?.content && findRenewable(place.agent, stored.content);
      if (!current || current.refreshToken !== login.refreshToken) return;
      await this.store.markRefused(manager, place);
      const { agent, userId } = place;
      this.audit.record(manager, {
        actor: systemActor,
        action: 'credential.refused',
        details: { agent, userId },
      });
    });
  }
}

function serverStops(): DomainError {
  return new DomainError('credential.unreachable', {
    message: 'The server stops. Send your message again in a moment.',
  });
}

function toLease({ accessToken, accountId, plan }: RenewableLogin): LeasedLogin {
  return { accessToken, accountId, plan };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
