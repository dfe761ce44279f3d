import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { whenKnown, type Eventual } from '../../common/eventual.ts';
import { vouchFor } from '../../common/vouched-user.ts';
import { ContainerProxy } from './container-proxy.ts';
import { ContainerUpgrade } from './container-upgrade.ts';
import { assertOwnOrigin, assertOwnUpgrade, isNavigation } from './request-origin.ts';
import { SessionUse } from './session-use.ts';
import { SessionEntry } from './session-entry.ts';
import { loginExpired, SessionGuests, type Guest, type HostedSession } from './session-guests.ts';
import { conversationSocketPath, pathOf, routeOf, withoutTickets } from './session-routes.ts';
import { SessionUiFiles } from './session-ui-files.ts';

/** Answers everything on the origin of one session. */
@Injectable()
export class SessionOrigin {
  constructor(
    private readonly guests: SessionGuests,
    private readonly entry: SessionEntry,
    private readonly files: SessionUiFiles,
    private readonly proxy: ContainerProxy,
    private readonly upgrades: ContainerUpgrade,
    private readonly use: SessionUse,
  ) {}

  /** `passToApp` hands the request to Nest. @throws DomainError, which is the answer */
  request(
    request: IncomingMessage,
    response: ServerResponse,
    session: HostedSession,
    passToApp: () => void,
  ): Eventual<void> {
    const path = pathOf(request.url ?? '/');
    const isApi = path.startsWith('/api/') || path.startsWith('/ws/');
    const opensPage = isNavigation(request) && !isApi;
    if (!opensPage) assertOwnOrigin(request, session.origin);
    if (path.startsWith('/__session/')) return this.entry.answer(request, response, session, path);

    return whenKnown(this.guests.findGuest(request, session), (guest) => {
      if (!guest) {
        if (opensPage) return this.entry.showSignedOut(response, session);
        throw loginExpired();
      }
      if (!isApi) return this.files.answer(request, response, session, { path, isNavigation: opensPage });
      return this.answerApi(request, response, guest, passToApp);
    });
  }

  /** `passToApp` hands the upgrade to the gateways. @throws DomainError, which is the answer */
  async upgrade(
    request: IncomingMessage,
    connection: { readonly socket: Duplex; readonly head: Buffer },
    session: HostedSession,
    passToApp: () => void,
  ): Promise<void> {
    assertOwnUpgrade(request, session.origin);
    const guest = await this.guests.getGuest(request, session);
    const target = request.url ?? '/';
    if (pathOf(target) === conversationSocketPath.replace(':sessionId', session.id)) {
      // The ticket in the query says who it is; nothing else may.
      removeCredentials(request);
      return passToApp();
    }
    if (routeOf('GET', target, session.id).kind !== 'container') throw notFound();
    this.upgrades.pass(request, connection.socket, connection.head, guest);
  }

  private answerApi(
    request: IncomingMessage,
    response: ServerResponse,
    guest: Guest,
    passToApp: () => void,
  ): void {
    const route = routeOf(request.method ?? 'GET', request.url ?? '/', guest.session.id);
    switch (route.kind) {
      case 'container':
        // Reading is also what pages do by themselves.
        if (request.method !== 'GET' && request.method !== 'HEAD') this.use.note(guest.session.id);
        return this.proxy.pass(request, response, guest);
      case 'app':
        removeCredentials(request);
        vouchFor(request, guest.user);
        request.url = withoutTickets(route.path);
        return passToApp();
      default:
        throw notFound();
    }
  }
}

/** What is behind us decides by what we say about the sender, never by what came along. */
function removeCredentials(request: IncomingMessage): void {
  const isCredential = (name: string | undefined): boolean =>
    ['cookie', 'authorization'].includes(name?.toLowerCase() ?? '');
  request.rawHeaders = request.rawHeaders.filter((_header, i, all) => !isCredential(all[i - (i % 2)]));
  delete request.headers.cookie;
  delete request.headers.authorization;
}

function notFound(): DomainError {
  return new DomainError('route.not_found', { message: 'There is nothing here.' });
}
