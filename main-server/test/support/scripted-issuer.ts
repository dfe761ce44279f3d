import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Stands for where ChatGPT logs devices in: gives codes, and tokens once somebody has said yes. */
export class ScriptedIssuer implements AsyncDisposable {
  /** What the user types in in the browser. */
  readonly userCode = 'WDJB-MJHT7';
  refusesCodes = false;
  private isApproved = false;

  private constructor(
    private readonly server: Server,
    private readonly host: string,
    /** In every token it gives. */
    private readonly secret: string,
  ) {
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start({ host = '127.0.0.1', secret = 'of-a-device' } = {}): Promise<ScriptedIssuer> {
    const server = createServer();
    server.listen(0, host);
    await once(server, 'listening');
    return new ScriptedIssuer(server, host, secret);
  }

  get url(): string {
    return `http://${this.host}:${(this.server.address() as AddressInfo).port}`;
  }

  /** As its user does on the page of the link. */
  approve(): void {
    this.isApproved = true;
  }

  reset(): void {
    this.isApproved = false;
    this.refusesCodes = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    await text(request);
    const say = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (path.endsWith('/deviceauth/usercode')) {
      if (this.refusesCodes) return say(500, { error: 'not today' });
      return say(200, { device_auth_id: 'device-1', user_code: this.userCode, interval: '1' });
    }
    if (path.endsWith('/deviceauth/token')) {
      if (!this.isApproved) return say(403, { error: 'pending' });
      return say(200, {
        authorization_code: 'code-1',
        code_challenge: 'challenge',
        code_verifier: 'verifier',
      });
    }
    if (path.endsWith('/oauth/token')) {
      const token = toToken({
        exp: Math.floor(Date.now() / 1_000) + 10 * 24 * 3_600,
        email: 'ada@example.com',
        jti: this.secret,
        'https://api.openai.com/auth': { chatgpt_account_id: 'account-1', chatgpt_plan_type: 'plus' },
      });
      return say(200, {
        id_token: token,
        access_token: token,
        refresh_token: `refresh-token-${this.secret}`,
      });
    }
    return say(404, { error: 'nothing here' });
  }
}

function toToken(claims: object): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  return `${encode({ alg: 'none' })}.${encode(claims)}.c2lnbmF0dXJl`;
}
