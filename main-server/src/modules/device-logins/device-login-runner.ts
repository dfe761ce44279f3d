import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import {
  agentLogins,
  loginVariablesOf,
  type DeviceLoginAgentFrame,
  type DeviceLoginState,
  type SaveCredentialRequest,
} from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { BriefContainers } from '../containers/brief-containers.ts';
import { credentialsConfig } from '../credentials/credentials.config.ts';
import { CredentialTestsService } from '../credentials/credential-tests.service.ts';
import { CredentialsService } from '../credentials/credentials.service.ts';
import type { DeviceLogin, DeviceLoginPeer } from './device-login.ts';
import { DeviceLogins } from './device-logins.ts';
import { chooseLink, findCode } from './screen-facts.ts';

type End = Exclude<DeviceLoginState, 'starting' | 'running' | 'saving'>;

/** From an accepted container to its program; ours take seconds. */
const connectMs = 90_000;
/** How long its end can be read. */
const keptMs = 15 * 60_000;
/** What a page shows of the terminal. */
const shownLines = 60;

const withoutLogins = new Set(agentLogins.flatMap(loginVariablesOf));
const authFile = /_AUTH_FILE_\d+(_PATH)?$/;

/** Takes logins from their container to a credential, or to a reason why not. */
@Injectable()
export class DeviceLoginRunner implements BeforeApplicationShutdown {
  private readonly logger = new Logger(DeviceLoginRunner.name);
  private readonly timers = new Map<DeviceLogin, readonly (() => void)[]>();

  constructor(
    private readonly logins: DeviceLogins,
    private readonly containers: BriefContainers,
    private readonly credentials: CredentialsService,
    private readonly tests: CredentialTestsService,
    private readonly clock: Clock,
    @Inject(credentialsConfig.KEY) private readonly config: ConfigType<typeof credentialsConfig>,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.logins
        .listUnderWay()
        .map((login) => this.end(login, 'failed', 'The server was restarted. Start again.')),
    );
  }

  /** Returns at once. */
  begin(login: DeviceLogin): void {
    // Cancelled before it began.
    if (login.hasEnded) return;
    const { startedAt, endsAt } = login;
    this.timers.set(login, [
      this.clock.schedule(endsAt - startedAt, () => {
        // What is being stored is stored in a moment, and stays.
        if (login.view.state === 'saving') return;
        const minutes = Math.round((endsAt - startedAt) / 60_000);
        void this.end(login, 'timed-out', `Nobody said yes within ${minutes} minutes. Start again.`);
      }),
    ]);
    void this.start(login);
  }

  async cancel(login: DeviceLogin, message: string): Promise<void> {
    // What is being stored is stored in a moment, and stays.
    if (login.view.state !== 'saving') await this.end(login, 'cancelled', message);
  }

  /** Its program is there. */
  connected(login: DeviceLogin, peer: DeviceLoginPeer): void {
    login.peer = peer;
    if (login.hasEnded) return peer.close();
    login.change({ state: 'running' });
  }

  /** Its program is gone. */
  disconnected(login: DeviceLogin): void {
    login.peer = null;
    if (login.view.state === 'saving') return;
    void this.end(login, 'failed', 'The program that logs in has ended before the login did. Start again.');
  }

  received(login: DeviceLogin, frame: DeviceLoginAgentFrame): void {
    if (login.view.state !== 'running') return;
    switch (frame.type) {
      case 'device_login.shown':
        return login.change({
          screen: frame.lines.slice(-shownLines),
          link: this.linkOf(login, frame.links) ?? login.view.link,
          code: login.how.takesInput ? null : (findCode(frame.lines) ?? login.view.code),
        });
      case 'device_login.failed':
        return void this.end(login, 'failed', frame.message);
      case 'device_login.succeeded':
        return void this.save(login, frame);
    }
  }

  private async start(login: DeviceLogin): Promise<void> {
    const { id, agent, token } = login;
    const issuer = this.issuerOf(agent);
    try {
      await this.containers.start({
        id,
        environment: {
          DEVICE_LOGIN_AGENT: agent,
          SESSION_TOKEN: token,
          ...(issuer === null ? {} : { CODEX_LOGIN_ISSUER: issuer }),
        },
        // It is about another login than the ones the server has.
        withoutVariables: (name) => withoutLogins.has(name) || authFile.test(name),
      });
    } catch (error) {
      return this.fail(login, error);
    }
    this.scheduleUnlessEnded(login, connectMs, () => {
      if (login.view.state === 'starting')
        void this.end(login, 'failed', 'The container of the login did not connect. Its log says more.');
    });
  }

  private async save(
    login: DeviceLogin,
    { secret, files }: Extract<DeviceLoginAgentFrame, { type: 'device_login.succeeded' }>,
  ): Promise<void> {
    const { user, agent, how } = login;
    login.change({ state: 'saving' });
    try {
      const request = toRequest(how.files, { secret, files });
      await this.credentials.save(user, { agent, kind: how.kind }, request);
      login.change({ kind: how.kind });
      const test = await this.tests.test(user, agent).catch((error: unknown) => {
        // Kept it is, in any case; the page can test it again.
        this.logger.warn({ msg: 'A new login could not be tested', agent, err: error });
        return null;
      });
      login.change({ test });
      await this.end(login, 'succeeded', 'It is kept, sealed, and your sessions use it from now on.');
    } catch (error) {
      await this.fail(login, error);
    }
  }

  async fail(login: DeviceLogin, error: unknown): Promise<void> {
    if (login.hasEnded) return;
    if (!(error instanceof DomainError)) this.logger.error({ msg: 'A device login failed', err: error });
    const message =
      error instanceof DomainError ? error.message : 'An error in the server; its log says more. Try again.';
    await this.end(login, 'failed', message);
  }

  /** Once: what comes after an end changes nothing. Resolves when nothing of the container is left. */
  private async end(login: DeviceLogin, state: End, message: string): Promise<void> {
    if (!login.hasEnded) {
      // Whoever looks later needs how it ended, and not what was on the screen.
      login.change({ state, message, screen: [], link: null, code: null });
      this.logger.log({ msg: 'A device login ended', agent: login.agent, state });
      for (const cancel of this.timers.get(login) ?? []) cancel();
      this.timers.delete(login);
      this.clock.schedule(keptMs, () => this.logins.forget(login));
    }
    login.peer?.close();
    await this.containers.remove(login.id);
  }

  private scheduleUnlessEnded(login: DeviceLogin, ms: number, work: () => void): void {
    if (!login.hasEnded)
      this.timers.set(login, [...(this.timers.get(login) ?? []), this.clock.schedule(ms, work)]);
  }

  private linkOf({ agent, how }: DeviceLogin, links: readonly string[]): string | null {
    return chooseLink(links, { hosts: how.hosts, issuer: this.issuerOf(agent) });
  }

  private issuerOf(agent: string): string | null {
    return agent === 'codex' ? this.config.codexLoginIssuer : null;
  }
}

/** A container says what it likes: only what this agent leaves behind is taken. @throws DomainError */
function toRequest(
  places: readonly string[],
  { secret, files = [] }: SaveCredentialRequest,
): SaveCredentialRequest {
  if (places.length === 0 && secret !== undefined && files.length === 0) return { secret };
  const isExpected = files.length === places.length && files.every(({ path }) => places.includes(path ?? ''));
  if (places.length > 0 && secret === undefined && isExpected) return { files };
  throw new DomainError('device_login.unavailable', {
    message: 'The program ended with something else than a login. Try again.',
  });
}
