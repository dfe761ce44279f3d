import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';
import type { RenewedTokens } from './codex-login.ts';
import { credentialsConfig } from './credentials.config.ts';
import { readText } from './read-text.ts';

/** Codex's own, which logins of it belong to. */
const clientId = 'app_EMoamEEZ73f0CkXaXp7hrann';
/** Below what a container waits for us, what codex waits for its container (10 s), and what we have for stopping. */
const answerDeadlineMs = 8_000;
const answerMaxBytes = 64 * 1024;

const answerSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  id_token: z.string().nullish(),
});
const refusalSchema = z.object({
  error: z.union([z.string(), z.object({ code: z.string() })]).optional(),
  code: z.string().optional(),
});
/** What is said of a refresh token that is of no use any more. Other refusals are of the request, or of the day. */
const refusals: ReadonlySet<string> = new Set([
  'invalid_grant',
  'refresh_token_expired',
  'refresh_token_reused',
  'refresh_token_invalidated',
]);

interface TokenAnswer {
  readonly status: number;
  readonly isOk: boolean;
  readonly body: unknown;
}

/** Where a refresh token of codex is changed for another one. */
@Injectable()
export class CodexTokenEndpoint {
  constructor(@Inject(credentialsConfig.KEY) private readonly config: ConfigType<typeof credentialsConfig>) {}

  /** Null when the token is refused, now and ever. @throws credential.unreachable when nobody knows */
  async renew(refreshToken: string): Promise<RenewedTokens | null> {
    const { status, isOk, body } = await this.ask(refreshToken);
    if (!isOk && isRefusal(body)) return null;
    const answer = isOk ? answerSchema.safeParse(body).data : undefined;
    if (answer === undefined) throw unreachable(`It answered ${status}.`);
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? null,
      idToken: answer.id_token ?? null,
    };
  }

  private async ask(refreshToken: string): Promise<TokenAnswer> {
    try {
      const response = await fetch(this.config.codexTokenUrl, {
        method: 'POST',
        redirect: 'error',
        signal: AbortSignal.timeout(answerDeadlineMs),
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: clientId,
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
          scope: 'openid profile email',
        }),
      });
      const body = parseJson(await readText(response, answerMaxBytes));
      return { status: response.status, isOk: response.ok, body };
    } catch (error) {
      throw unreachable('It did not answer.', error);
    }
  }
}

function isRefusal(body: unknown): boolean {
  const { error, code } = refusalSchema.safeParse(body).data ?? {};
  const said = typeof error === 'object' ? error.code : (error ?? code);
  return said !== undefined && refusals.has(said);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // Something in between answered; the status says enough.
  }
}

function unreachable(what: string, cause?: unknown): DomainError {
  return new DomainError('credential.unreachable', {
    message: `The login could not be renewed at OpenAI. ${what} Try again in a moment.`,
    cause,
  });
}
