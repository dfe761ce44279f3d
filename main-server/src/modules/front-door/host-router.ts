import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { whenKnown, type Eventual } from '../../common/eventual.ts';
import { PublicOrigin } from '../../common/public-origin.ts';
import type { AppPages } from './app-pages.ts';
import { meaningOfHost, type HostMeaning } from './host-names.ts';
import { answerError } from './answers.ts';
import { answerPage } from './pages.ts';
import { assertWellFormed, isNavigation } from './request-origin.ts';
import { PreviewOrigin } from './preview-origin.ts';
import { SessionGuests, type HostedSession } from './session-guests.ts';
import { SessionOrigin } from './session-origin.ts';
import { pathOf } from './session-routes.ts';
import { TunnelEndpoint } from './tunnel/tunnel-endpoint.ts';

/** Decides by Host, before path, body, guard or page, who answers a request or an upgrade. */
@Injectable()
export class HostRouter {
  /** Null while nothing serves pages; then Nest answers for them. */
  pages: AppPages | null = null;

  constructor(
    private readonly publicOrigin: PublicOrigin,
    private readonly guests: SessionGuests,
    private readonly sessionOrigin: SessionOrigin,
    private readonly previewOrigin: PreviewOrigin,
    private readonly tunnels: TunnelEndpoint,
  ) {}

  /** `passToApp` hands the request to Nest. @throws DomainError, which is the answer */
  request(request: IncomingMessage, response: ServerResponse, passToApp: () => void): Eventual<void> {
    assertWellFormed(request);
    const host = this.meaningOf(request);
    if (host.kind === 'unknown') return this.answerUnknownHost(request, response);
    if (host.kind === 'session') {
      return whenKnown(this.guests.findSession(host.label), (session) =>
        session
          ? this.sessionOrigin.request(request, response, session, passToApp)
          : this.answerDeadLabel(request, response),
      );
    }
    if (host.kind === 'preview') {
      return whenKnown(this.guests.findPreview(host.label, host.port), (preview) =>
        preview
          ? this.previewOrigin.request(request, response, preview)
          : this.answerDeadLabel(request, response),
      );
    }
    if (!this.pages || isServerPath(request.url)) return passToApp();
    if (host.kind === 'loopback' && isNavigation(request)) return this.redirectToApp(request, response);
    return this.pages.request(request, response);
  }

  /** `passToApp` hands the upgrade to the gateways. @throws DomainError, which is the answer */
  async upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    passToApp: () => void,
  ): Promise<void> {
    assertWellFormed(request);
    const host = this.meaningOf(request);
    if (host.kind === 'unknown') throw unknownHost();
    if (host.kind === 'session') {
      const session = await this.findSession(host.label);
      return this.sessionOrigin.upgrade(request, { socket, head }, session, passToApp);
    }
    if (host.kind === 'preview') {
      const preview = await this.guests.findPreview(host.label, host.port);
      if (!preview) throw deadLabel();
      return this.previewOrigin.upgrade(request, { socket, head }, preview);
    }
    const tunnelOf = this.tunnels.sessionOf(request.url);
    if (tunnelOf !== null) return this.tunnels.upgrade(request, socket, head, tunnelOf);
    if (!this.pages || isServerPath(request.url)) return passToApp();
    return this.pages.upgrade(request, socket, head);
  }

  private meaningOf({ headers, socket }: IncomingMessage): HostMeaning {
    const { url, sessionDomain } = this.publicOrigin;
    return meaningOfHost(headers.host, { url, sessionDomain, port: socket.localPort ?? 0 });
  }

  private async findSession(label: string): Promise<HostedSession> {
    const session = await this.guests.findSession(label);
    if (!session) throw deadLabel();
    return session;
  }

  private answerUnknownHost(request: IncomingMessage, response: ServerResponse): void {
    if (!isNavigation(request)) return answerError(response, unknownHost());
    answerPage(response, {
      status: 421,
      title: 'This address is not set up',
      paragraphs: [
        'The server does not know the name in the address bar, so it does not answer to it.',
        'Use the address below. To reach the server by another name, set PUBLIC_URL to it and start the server again.',
      ],
      link: { href: this.publicOrigin.app, text: this.publicOrigin.app },
    });
  }

  private answerDeadLabel(request: IncomingMessage, response: ServerResponse): void {
    if (!isNavigation(request)) return answerError(response, deadLabel());
    answerPage(response, {
      status: 404,
      title: 'There is no such session',
      paragraphs: ['It was deleted, or the address is wrong.'],
      link: { href: this.publicOrigin.app, text: 'Go to the app' },
      frameAncestors: this.publicOrigin.app,
    });
  }

  /** Cookies and links belong to one name; an address beside it would be a second, logged-out app. */
  private redirectToApp(request: IncomingMessage, response: ServerResponse): void {
    response
      .writeHead(302, { location: `${this.publicOrigin.app}${request.url}`, 'cache-control': 'no-store' })
      .end();
  }
}

/** What Nest answers on the app's hosts; everything else is a page. */
function isServerPath(target: string | undefined): boolean {
  return /^\/(?:api|ws|health|metrics)(?:\/|$)/.test(pathOf(target ?? '/'));
}

function unknownHost(): DomainError {
  return new DomainError('host.unknown', {
    message:
      'The server does not answer to this host name. Use its own address, or set PUBLIC_URL to this one.',
  });
}

function deadLabel(): DomainError {
  return new DomainError('session.not_found', { message: 'There is no such session.' });
}
