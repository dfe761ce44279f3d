import { findAgentLogin, type CredentialTestResponse, type ModelApi } from '@codex-webapp/contracts';
import { z } from 'zod';
import type { CredentialContent } from './credential-content.ts';
import type { GuardedAnswer } from './guarded-request.ts';

/** A request that shows whether a key or a token works, and costs nothing. */
export interface CheckRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
}

type Secret = Exclude<CredentialContent, { kind: 'auth-file' }>;
type Outcome = Pick<CredentialTestResponse, 'result' | 'message'>;

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const anthropicVersion = { 'anthropic-version': '2023-06-01' };

/** Where each API is by itself, what is asked there, and how. */
const checks: Readonly<
  Record<
    ModelApi,
    {
      readonly home: string;
      readonly path: string;
      readonly headers: (content: Secret) => Record<string, string>;
    }
  >
> = {
  openai: { home: 'https://api.openai.com/v1', path: '/models', headers: ({ secret }) => bearer(secret) },
  anthropic: {
    home: 'https://api.anthropic.com',
    path: '/v1/models',
    headers: ({ kind, secret }) =>
      kind === 'api-key'
        ? { ...anthropicVersion, 'x-api-key': secret }
        : { ...anthropicVersion, ...bearer(secret), 'anthropic-beta': 'oauth-2025-04-20' },
  },
  google: {
    home: 'https://generativelanguage.googleapis.com',
    path: '/v1beta/models',
    headers: ({ secret }) => ({ 'x-goog-api-key': secret }),
  },
  factory: {
    home: 'https://api.factory.ai',
    path: '/api/cli/whoami',
    headers: ({ secret }) => bearer(secret),
  },
  github: {
    home: 'https://api.github.com',
    path: '/user',
    headers: ({ secret }) => ({ ...bearer(secret), 'user-agent': 'codex-webapp' }),
  },
};

/** Null where there is nothing that could be asked. */
export function toCheckRequest(agent: string, content: Secret): CheckRequest | null {
  const login = findAgentLogin(agent);
  if (login === undefined) return null;
  const baseUrl = content.kind === 'api-key' ? content.baseUrl : null;
  const byKey = baseUrl === null ? login.apiKey?.api : login.apiKey?.gateway?.api;
  const api = content.kind === 'access-token' ? login.accessToken?.api : byKey;
  if (!api) return null;
  const { home, path, headers } = checks[api];
  return { url: new URL(`${baseUrl ?? home}${path}`), headers: headers(content) };
}

/** What an answer says of the key. */
export function toOutcome({ status, body }: GuardedAnswer, host: string): Outcome {
  if (status >= 200 && status < 300) {
    const count = countModels(body);
    const offer = count === null ? '' : ` ${count === 1 ? 'One model' : `${count} models`} can be used.`;
    return { result: 'works', message: `${host} takes it.${offer}` };
  }
  if (status === 401 || status === 403) {
    return { result: 'refused', message: `${host} refuses it (${status}). Make another one there.` };
  }
  if (status === 404) {
    return {
      result: 'unknown',
      message: `${host} answers, but has no list of models. Check the address, its path too; it may work all the same.`,
    };
  }
  if (status >= 300 && status < 400) {
    return {
      result: 'unreachable',
      message: `${host} sends us elsewhere (${status}). Give the address itself.`,
    };
  }
  if (status === 429) {
    return {
      result: 'unknown',
      message: `${host} takes no more requests at the moment (429). Try again later.`,
    };
  }
  return { result: 'unreachable', message: `${host} answered ${status}. Try again later.` };
}

const modelsSchema = z.union([
  z.object({ data: z.array(z.unknown()) }).transform(({ data }) => data.length),
  z.object({ models: z.array(z.unknown()) }).transform(({ models }) => models.length),
]);

function countModels(body: string): number | null {
  try {
    return modelsSchema.safeParse(JSON.parse(body)).data ?? null;
  } catch {
    return null; // It was cut, or it is no list: the status says enough.
  }
}
