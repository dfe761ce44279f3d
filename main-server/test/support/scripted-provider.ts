import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

interface SeenRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** How OpenAI says that a refresh token was used before. */
export const usedUp = { status: 401, body: { error: { code: 'refresh_token_reused' } } };

/** Stands for the makers of models: who takes keys, and renews logins as OpenAI does, each refresh token once. */
export class ScriptedProvider {
  /** Keys it takes. */
  readonly keys = new Set<string>();
  readonly requests: SeenRequest[] = [];
  /** The refresh tokens that were used, in order. */
  readonly renewals: string[] = [];
  /** What it says to renewals in the place of tokens. */
  refusal: { readonly status: number; readonly body: object | string } | null = null;
  isBroken = false;
  isEndless = false;
  redirectsTo: string | null = null;
  private held: Promise<void> | null = null;
  private issued = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<ScriptedProvider> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ScriptedProvider(server);
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  reset(): void {
    this.keys.clear();
    this.requests.length = 0;
    this.renewals.length = 0;
    this.refusal = null;
    this.isBroken = false;
    this.isEndless = false;
    this.redirectsTo = null;
  }

  /** An access token that says when it ends. */
  issue({ expiresInS }: { readonly expiresInS: number }): string {
    this.issued += 1;
    const auth = { chatgpt_account_id: 'account-1', chatgpt_plan_type: 'pro' };
    return toJwt({
      exp: Math.floor(Date.now() / 1_000) + expiresInS,
      jti: String(this.issued),
      'https://api.openai.com/auth': auth,
    });
  }

  /** Renewals are not answered until the returned function is called. */
  holdRenewals(): () => void {
    let release: () => void = () => undefined;
    this.held = new Promise<void>((resolve) => (release = resolve)).then(() => void (this.held = null));
    return release;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', headers, method } = request;
    this.requests.push({ url, headers });
    if (this.isBroken) return void response.writeHead(500).end();
    if (this.redirectsTo !== null) return void response.writeHead(302, { location: this.redirectsTo }).end();
    if (method === 'POST' && url === '/oauth/token') return this.renew(request, response);
    const key = headers['x-api-key'] ?? headers.authorization?.replace('Bearer ', '');
    if (!this.keys.has(String(key))) return void response.writeHead(401).end('{}');
    response.writeHead(200, { 'content-type': 'application/json' });
    if (this.isEndless) return this.writeForEver(response);
    response.end(JSON.stringify({ data: [{ id: 'model-1' }, { id: 'model-2' }] }));
  }

  private async renew(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { refresh_token: refreshToken } = (await json(request)) as { readonly refresh_token: string };
    const isUsed = this.renewals.includes(refreshToken);
    this.renewals.push(refreshToken);
    await this.held;
    const refusal = isUsed ? usedUp : this.refusal;
    if (refusal !== null) return void response.writeHead(refusal.status).end(toText(refusal.body));
    const tokens = {
      access_token: this.issue({ expiresInS: 864_000 }),
      refresh_token: `refresh-${this.renewals.length}`,
      id_token: toJwt({}),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens));
  }

  private writeForEver(response: ServerResponse): void {
    const write = (): void => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
      if (!response.destroyed) response.once('drain', write);
    };
    response.on('error', () => undefined);
    write();
  }
}

function toText(body: object | string): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** What `codex login` leaves in ~/.codex/auth.json. */
export function toAuthFile(accessToken: string, refreshToken: string): string {
  const tokens = {
    id_token: toJwt({}),
    access_token: accessToken,
    refresh_token: refreshToken,
    account_id: 'account-1',
  };
  return JSON.stringify({ OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() });
}

function toJwt(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.${Buffer.from('signature').toString('base64url')}`;
}
