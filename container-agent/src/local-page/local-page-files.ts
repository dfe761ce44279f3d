import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '@codex-webapp/nest-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { LocalAccess } from './local-access.ts';

const buildFolder = fileURLToPath(new URL('../../ui/dist', import.meta.url));
const assetPattern = /^\/assets\/[\w-][\w.-]*$/;
const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The build of the session UI, and the link that opens it. */
@Injectable()
export class LocalPageFiles {
  private readonly logger = new Logger('LocalPage');
  private origin = '';

  constructor(
    private readonly access: LocalAccess,
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
  ) {}

  /** Where the page is, once the program listens. */
  begin(port: number): void {
    this.origin = `http://localhost:${port}`;
    this.announceLink();
  }

  /** Goes to the terminal and not into the log, which other people read. */
  announceLink(): void {
    if (!this.config.hasLocalPage) return;
    process.stdout.write(`Open this session (the link works once): ${this.origin}${this.access.linkPath}\n`);
  }

  /** Sends the file the request names. */
  send(response: Response): void {
    const { path: url } = response.req;
    const name = assetPattern.test(url) ? url.slice(1) : 'index.html';
    const file = path.join(buildFolder, name);
    if (!this.config.hasLocalPage || !existsSync(file)) {
      this.logger.debug({ msg: 'No page here', path: url });
      throw new DomainError('route.not_found', { message: 'There is nothing at this address.' });
    }
    response.setHeader('content-security-policy', pagePolicy);
    response.setHeader('cache-control', name === 'index.html' ? 'no-store' : 'max-age=31536000, immutable');
    response.sendFile(name, { root: buildFolder });
  }
}
