import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { DomainError } from '@codex-webapp/nest-kit';
import { PublicOrigin } from '../../common/public-origin.ts';
import type { AppPages } from '../front-door/app-pages.ts';
import { FrontDoorService } from '../front-door/front-door.service.ts';
import { EmbeddedNext } from './embedded-next.ts';
import { NextProxy } from './next-proxy.ts';
import { pageHeaders } from './page-headers.ts';
import { webConfig } from './web.config.ts';

/** Headers Next believes because it sends them to itself. */
const internalHeaders = /^x-(?:middleware|invoke|matched|nextjs-postponed|nextjs-prerender|nonce)/;

/** The app's own pages: Next, here or in another process, with a policy made anew for each answer. */
@Injectable()
export class WebPages implements AppPages, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(WebPages.name);
  private next: EmbeddedNext | NextProxy | null = null;

  constructor(
    @Inject(webConfig.KEY) private readonly config: ConfigType<typeof webConfig>,
    private readonly publicOrigin: PublicOrigin,
    private readonly frontDoor: FrontDoorService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { mode, origin, folder } = this.config;
    if (mode === 'off') return;
    const startedAt = performance.now();
    this.next =
      mode === 'proxy' && origin !== null ? new NextProxy(origin) : await EmbeddedNext.start(folder);
    this.frontDoor.servePages(this);
    this.logger.log({ msg: 'Web UI ready', mode, tookMs: Math.round(performance.now() - startedAt) });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.next?.stop();
  }

  async request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const name of Object.keys(request.headers))
      if (internalHeaders.test(name)) delete request.headers[name];
    const headers = pageHeaders({
      app: this.publicOrigin.app,
      sessionDomain: this.publicOrigin.sessionDomain,
      nonce: randomBytes(16).toString('base64'),
      isDevelopment: this.config.isDevelopment && this.config.mode === 'proxy',
    });
    request.headers['content-security-policy'] = headers['content-security-policy'];
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    await this.next?.request(request, response);
  }

  /** Only the development server has a socket; the other one would leave the connection hanging. */
  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const isHotReload = this.config.isDevelopment && (request.url ?? '').startsWith('/_next/');
    if (!isHotReload || !(this.next instanceof NextProxy)) {
      throw new DomainError('route.not_found', { message: 'There is no socket at this path.' });
    }
    this.next.upgrade(request, socket, head);
  }
}
