import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import type { CredentialTestResponse } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { checkFiles } from './check-files.ts';
import { chooseCredential, type OpenedCredential } from './choose-credential.ts';
import { findRenewable } from './codex-login.ts';
import { toCheckRequest, toOutcome, type CheckRequest } from './credential-checks.ts';
import { CredentialStore } from './credential-store.ts';
import { credentialsConfig } from './credentials.config.ts';
import { credentialNotFound } from './credentials.service.ts';
import { ForbiddenAddressError, guardedGet } from './guarded-request.ts';
import { LoginLeases } from './login-leases.ts';
import { UserRates } from './user-rates.ts';

type Outcome = Pick<CredentialTestResponse, 'result' | 'message'>;

/** Says whether the login of an agent works, by using it where nothing is charged. */
@Injectable()
export class CredentialTestsService {
  constructor(
    private readonly store: CredentialStore,
    private readonly leases: LoginLeases,
    private readonly rates: UserRates,
    private readonly clock: Clock,
    @Inject(credentialsConfig.KEY) private readonly config: ConfigType<typeof credentialsConfig>,
  ) {}

  /** Of the one the agent is given. @throws credential.not_found, request.too_many */
  async test(user: AuthUser, agent: string): Promise<CredentialTestResponse> {
    const chosen = chooseCredential(await this.store.listOf(user.id, agent));
    if (chosen === null) throw credentialNotFound();
    this.rates.countTest(user.id);
    return { kind: chosen.row.kind, ...(await this.look(chosen)) };
  }

  private async look({ row, content }: OpenedCredential): Promise<Outcome> {
    if (content.kind === 'auth-file') {
      return findRenewable(row.agent, content) === null
        ? checkFiles(row.agent, content.files, this.clock.now())
        : this.lookAtLogin(row);
    }
    const request = toCheckRequest(row.agent, content);
    if (request === null) {
      return {
        result: 'unknown',
        message: 'Nothing can be asked about it. A session will show whether it works.',
      };
    }
    return this.ask(request);
  }

  private async lookAtLogin(row: OpenedCredential['row']): Promise<Outcome> {
    if (row.refusedAt !== null) return refusedLogin;
    try {
      await this.leases.check(row);
      return {
        result: 'works',
        message: 'The login can be renewed, and this server does so for all sessions.',
      };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return error.code === 'credential.refused'
        ? refusedLogin
        : { result: 'unreachable', message: error.message };
    }
  }

  private async ask({ url, headers }: CheckRequest): Promise<Outcome> {
    try {
      const answer = await guardedGet({ url, headers, allowedHosts: this.config.testHosts });
      return toOutcome(answer, url.host);
    } catch (error) {
      if (error instanceof ForbiddenAddressError) {
        return {
          result: 'not-allowed',
          message: `${url.host} is not on the internet, so this server does not ask there. Sessions may reach it all the same. An administrator can allow it with CREDENTIAL_TEST_HOSTS.`,
        };
      }
      return {
        result: 'unreachable',
        message: `${url.host} does not answer. Check the address, then try again.`,
      };
    }
  }
}

const refusedLogin: Outcome = {
  result: 'refused',
  message: 'OpenAI does not renew this login any more. Log in again, and put the new file here.',
};
