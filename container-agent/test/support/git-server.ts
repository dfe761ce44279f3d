import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeRepository } from './git-repository.ts';

/** Git's own server behind https, with one repository and the vices a test gives it. */
export class GitServer implements AsyncDisposable {
  /** Requests it was sent, in order. */
  readonly requests: string[] = [];
  /** Asks for this password before it shows anything, whoever comes with it. */
  password: string | null = null;
  /** Who came with a password, and which. */
  readonly logins: string[] = [];
  /** Packs are begun, and go no further, while true. */
  isStuck = false;
  private readonly held = new Set<ServerResponse>();

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<GitServer> {
    const folder = mkdtempSync(path.join(tmpdir(), 'git-server-'));
    const [key, cert] = makeCertificate(folder);
    makeRepository(folder);
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    const git = new GitServer(folder, server);
    server.on('request', (request, response) => git.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return git;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}/team/app.git`;
  }

  /** What makes git trust it. */
  get trust(): Record<string, string> {
    return { GIT_SSL_CAINFO: path.join(this.folder, 'cert.pem') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const response of this.held) response.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'https://localhost');
    this.requests.push(`${request.method} ${url.pathname}`);
    if (!this.isLetIn(request)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (this.isStuck && url.pathname.endsWith('/git-upload-pack')) {
      this.held.add(response);
      response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
      response.flushHeaders();
      return;
    }
    this.runGit(request, response, url);
  }

  private isLetIn({ headers: { authorization } }: IncomingMessage): boolean {
    if (authorization === undefined) return this.password === null;
    const login = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
    this.logins.push(login);
    return this.password === null || login.endsWith(`:${this.password}`);
  }

  private runGit(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const { headers } = request;
    const child = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: path.join(this.folder, 'repositories'),
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: headers['content-type'] ?? '',
        CONTENT_LENGTH: headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
        GIT_PROTOCOL: String(headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.on('error', () => undefined);
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const output = Buffer.concat(chunks);
      const end = output.indexOf('\r\n\r\n');
      let status = 200;
      for (const line of output.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(/: ?(.*)/s);
        if (name === 'Status') status = Number.parseInt(value, 10);
        else if (name !== '') response.setHeader(name, value);
      }
      response.writeHead(status).end(output.subarray(end + 4));
    });
  }
}

function makeCertificate(folder: string): readonly [key: string, cert: string] {
  const key = path.join(folder, 'key.pem');
  const cert = path.join(folder, 'cert.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
  return [key, cert];
}
