import { readFile, readdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { DomainError } from '@codex-webapp/nest-kit';
import { PublicOrigin } from '../../common/public-origin.ts';
import { frontDoorConfig } from './front-door.config.ts';
import type { HostedSession } from './session-guests.ts';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

const indexName = 'index.html';

/** main-server's own copy of the session UI: it works while the container sleeps, and no container can change it. */
@Injectable()
export class SessionUiFiles {
  /** Names relative to the folder; what is not in the list is not served, so no path can leave the folder. */
  private names: ReadonlySet<string> = new Set();

  constructor(
    @Inject(frontDoorConfig.KEY) private readonly config: ConfigType<typeof frontDoorConfig>,
    private readonly publicOrigin: PublicOrigin,
  ) {}

  /** A path the UI routes itself gets the page. @throws route.not_found */
  async answer(
    request: Pick<IncomingMessage, 'method'>,
    response: ServerResponse,
    session: HostedSession,
    target: { readonly path: string; readonly isNavigation: boolean },
  ): Promise<void> {
    const name = await this.findName(target.path.slice(1));
    if (name === null && !target.isNavigation) throw notFound();
    const bytes = await this.read(name ?? indexName);
    const isImmutable = name?.startsWith('assets/') ?? false;
    response.writeHead(200, {
      ...this.headers(session),
      'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-store',
      'content-type': types[path.extname(name ?? indexName)] ?? 'application/octet-stream',
      'content-length': bytes.length,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  private headers({ origin }: HostedSession): Readonly<Record<string, string>> {
    const socket = origin.replace(/^http/, 'ws');
    return {
      'content-security-policy': [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        `connect-src 'self' ${socket}`,
        "img-src 'self' data: blob:",
        "font-src 'self'",
        // Previews, each on an origin of its own; every other session refuses to be framed here.
        `frame-src ${this.publicOrigin.anySession}`,
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        `frame-ancestors ${this.publicOrigin.app}`,
      ].join('; '),
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'origin-agent-cluster': '?1',
      'permissions-policy':
        'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), clipboard-read=(), clipboard-write=(self)',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    };
  }

  private async findName(name: string): Promise<string | null> {
    if (name === '') return null;
    if (!this.names.has(name)) this.names = await listFiles(this.config.sessionUiPath);
    return this.names.has(name) ? name : null;
  }

  private async read(name: string): Promise<Buffer> {
    try {
      return await readFile(path.join(this.config.sessionUiPath, name));
    } catch (cause) {
      if (name !== indexName) throw notFound();
      throw new DomainError('internal', {
        message: 'The session page is not built. Run `npm run build -w @codex-webapp/session-ui`.',
        cause,
      });
    }
  }
}

async function listFiles(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  return new Set(
    files.map((entry) =>
      path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'),
    ),
  );
}

function notFound(): DomainError {
  return new DomainError('route.not_found', { message: 'There is nothing here.' });
}
