import { ContainerProviderError } from '../container-provider.errors.ts';

export interface DokployApiErrorDetails {
  readonly route: string;
  /** Null: no answer came. */
  readonly status: number | null;
  /** Dokploy's own; null when it gave none. */
  readonly code: string | null;
  readonly cause?: unknown;
}

/** A request to Dokploy that did not succeed. `message` is for people, and never holds what an answer holds of secrets. */
export class DokployApiError extends Error {
  readonly route: string;
  readonly status: number | null;
  readonly code: string | null;

  constructor(message: string, { route, status, code, cause }: DokployApiErrorDetails) {
    super(message, { cause });
    this.name = 'DokployApiError';
    this.route = route;
    this.status = status;
    this.code = code;
  }

  /** Whether it may have been carried out all the same. */
  get isUnanswered(): boolean {
    return this.status === null || [502, 503, 504].includes(this.status);
  }

  get isAbsent(): boolean {
    return this.status === 404;
  }
}

const keyNote =
  'Dokploy does not accept the API key. It is wrong, disabled or expired, or its rate limit is used up: a key made ' +
  'through the API without `rateLimitEnabled: false` is good for five requests a day. Make one in Dokploy under ' +
  'Settings → Profile → API/CLI Keys.';

const certificateCodes = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/;

/** What Dokploy's refusal means. `said` is its own message. */
export function describeRefusal(status: number, code: string | null, said: string): string {
  // Checked before any route: a key that is wrong and one that is used up are answered alike, without a code.
  if (status === 401 && code === null) return keyNote;
  if (status === 401 || status === 403) {
    return `Dokploy's key is not allowed to do this (${said}). Use the key of an owner or admin of the organization.`;
  }
  if (status === 413) {
    return `That is more than Dokploy takes at once (${said}). Give the session fewer or shorter environment variables.`;
  }
  if (status === 429)
    return 'Dokploy or a proxy in front of it asks for fewer requests. Try again in a minute.';
  if ([502, 503, 504].includes(status)) {
    return `Dokploy is not ready (${status}). Try again when it has started.`;
  }
  if (status >= 300 && status < 400) {
    return `Dokploy's address redirects (${status}). Set the address to where it leads, usually with https.`;
  }
  return `Dokploy said: ${said}`;
}

/** What it means that no answer came. */
export function describeSilence(error: unknown, baseUrl: string): string {
  const { host } = new URL(baseUrl);
  const code = codeOf(error);
  if ((error as { readonly name?: unknown } | null)?.name === 'TimeoutError') {
    return `Dokploy at ${host} did not answer in time. Check that it runs, then try again.`;
  }
  if (code !== null && certificateCodes.test(code)) {
    return `The certificate of ${host} is not trusted (${code}). Give Dokploy a valid one, or its issuer in NODE_EXTRA_CA_CERTS.`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `There is no host ${host}. Check Dokploy's address.`;
  }
  return `Dokploy at ${host} does not answer. Check that it runs and that this server can reach it.`;
}

function codeOf(error: unknown): string | null {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string') return code;
  return cause === undefined ? null : codeOf(cause);
}

/** In the words of providers. An error that is ours already, or an abort of the caller's, stays as it is. */
export function toProviderError(error: unknown): unknown {
  if (!(error instanceof DokployApiError)) return error;
  const { message, status, isUnanswered } = error;
  if (isUnanswered || status === 429) {
    return new ContainerProviderError('unreachable', message, { cause: error, isRetryable: true });
  }
  const reason = (status ?? 500) < 500 ? 'rejected' : 'failed';
  return new ContainerProviderError(reason, message, { cause: error, isRetryable: reason === 'failed' });
}
