import { Injectable } from '@nestjs/common';
import type { AuthUser } from '../../common/auth-user.ts';
import { bearerOf, type CredentialRequest } from '../../common/bearer.ts';
import { ApiTokensService } from './api-tokens.service.ts';
import { LoginCookie } from './login-cookie.ts';
import { LoginsService } from './logins.service.ts';

/** Finds out who sends a request, for guards, sockets and the front door alike. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly logins: LoginsService,
    private readonly apiTokens: ApiTokensService,
    private readonly cookie: LoginCookie,
  ) {}

  /**
   * Null without a valid credential. A bearer token decides alone: a bad one is not rescued by a cookie.
   * Says nothing about where the request came from; see `assertSameOrigin`.
   */
  async authenticate(request: CredentialRequest): Promise<AuthUser | null> {
    if (request.headers.authorization !== undefined) {
      const token = bearerOf(request);
      return token === null ? null : this.apiTokens.authenticate(token);
    }
    const secret = this.cookie.read(request.headers);
    return secret === null ? null : this.logins.authenticate(secret);
  }

  /** Whether a browser sent a login, ended or not. */
  hasCookie(request: CredentialRequest): boolean {
    return this.cookie.read(request.headers) !== null;
  }
}
