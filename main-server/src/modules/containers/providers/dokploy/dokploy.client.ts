import { z } from 'zod';
import { DokployApiError, describeRefusal, describeSilence } from './dokploy-api.errors.ts';

export interface DokployClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs?: number;
  /** Between attempts; doubled each time. */
  readonly retryMs?: number;
  readonly attempts?: number;
}

interface Call {
  readonly method: 'GET' | 'POST';
  readonly route: string;
  readonly url: URL;
  readonly body: string | null;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

const defaultTimeoutMs = 20_000;
const defaultRetryMs = 250;
const defaultAttempts = 4;
/** A proxy may ask for more; who waits longer than this has given up. */
const longestWaitMs = 10_000;
const shownMessageLength = 500;

const refusal = z.object({ message: z.string().catch(''), code: z.string().nullish() });

/** Speaks HTTP with Dokploy: the key, deadlines, repetition, and what its statuses mean. */
export class DokployClient {
  constructor(private readonly options: DokployClientOptions) {}

  /** A query. Repeated when no answer comes. @throws DokployApiError */
  async get<T>(route: string, schema: z.ZodType<T>, query: Query = {}): Promise<T> {
    const url = this.urlOf(route);
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) url.searchParams.set(name, String(value));
    }
    return this.parse(route, schema, await this.repeat({ method: 'GET', route, url, body: null }, true));
  }

  /** A change that done twice is the same as once. Repeated when no answer comes. @throws DokployApiError */
  async post(route: string, body: object): Promise<void> {
    await this.repeat(this.toPost(route, body), true);
  }

  /**
   * A change that done twice makes two things: sent once, and repeated only where Dokploy says that it did not do it.
   * Without an answer nobody knows whether it was done; look before you ask again. @throws DokployApiError
   */
  async postOnce<T>(route: string, body: object, schema: z.ZodType<T>): Promise<T> {
    return this.parse(route, schema, await this.repeat(this.toPost(route, body), false));
  }

  /** Whether Dokploy is there at all; needs no key. @throws DokployApiError */
  async health(): Promise<void> {
    await this.get('health', z.object({ ok: z.literal(true) }));
  }

  private toPost(route: string, body: object): Call {
    return { method: 'POST', route, url: this.urlOf(route), body: JSON.stringify(body) };
  }

  private urlOf(route: string): URL {
    return new URL(`${this.options.baseUrl.replace(/\/+$/, '')}/api/${route}`);
  }

  private async repeat(call: Call, isRepeatable: boolean): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.send(call);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { status, isUnanswered } = error.reason;
        const mayRepeat = status === 429 || (isRepeatable && isUnanswered);
        if (!mayRepeat || attempt >= (this.options.attempts ?? defaultAttempts)) throw error.reason;
        await pause(error.retryAfterMs ?? (this.options.retryMs ?? defaultRetryMs) * 2 ** (attempt - 1));
      }
    }
  }

  private async send({ method, route, url, body }: Call): Promise<unknown> {
    let response: Response;
    let content: string;
    try {
      response = await fetch(url, {
        method,
        headers: {
          'x-api-key': this.options.apiKey,
          ...(body === null ? {} : { 'content-type': 'application/json' }),
        },
        body,
        // A key is for the address it was given for.
        redirect: 'manual',
        signal: AbortSignal.timeout(this.options.timeoutMs ?? defaultTimeoutMs),
      });
      content = await response.text();
    } catch (error) {
      const message = describeSilence(error, this.options.baseUrl);
      throw new Refused(new DokployApiError(message, { route, status: null, code: null, cause: error }));
    }
    if (!response.ok) throw this.toRefused(route, response, content);
    // Many changes are answered with no byte at all.
    if (content === '') return undefined;
    try {
      return JSON.parse(content);
    } catch {
      throw new DokployApiError(
        `What answers at ${url.host} is not Dokploy: it does not speak JSON. Check the address.`,
        { route, status: response.status, code: null },
      );
    }
  }

  private toRefused(route: string, response: Response, content: string): Refused {
    const { status } = response;
    const { message, code } = readRefusal(content);
    const said = (message === '' ? `status ${status}` : message).slice(0, shownMessageLength);
    const error = new DokployApiError(describeRefusal(status, code ?? null, said), {
      route,
      status,
      code: code ?? null,
    });
    return new Refused(error, readRetryAfter(response.headers.get('retry-after')));
  }

  /** What Dokploy answers is checked here, once. Its content is never put into an error: it holds secrets. */
  private parse<T>(route: string, schema: z.ZodType<T>, answer: unknown): T {
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the answer').slice(0, 3);
    throw new DokployApiError(
      `Dokploy answered ${route} in a way this version does not know (${places.join(', ')}). Use a version this server was tried with.`,
      { route, status: 200, code: null },
    );
  }
}

/** What went wrong, and when it may go better. */
class Refused extends Error {
  constructor(
    readonly reason: DokployApiError,
    readonly retryAfterMs: number | null = null,
  ) {
    super(reason.message);
  }
}

function readRefusal(content: string): z.infer<typeof refusal> {
  try {
    return refusal.parse(JSON.parse(content));
  } catch {
    // A body that is too large, or not JSON, is answered in plain text; a proxy answers with a page.
    return { message: content.startsWith('<') ? '' : content.trim() };
  }
}

function readRetryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds * 1_000, 0), longestWaitMs) : null;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
