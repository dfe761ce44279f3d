import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { whenKnown, type Eventual } from '../../common/eventual.ts';
import { ContainerUpgrade } from './container-upgrade.ts';
import { PreviewProxy } from './preview-proxy.ts';
import { assertOwnOrigin, assertOwnUpgrade, isNavigation } from './request-origin.ts';
import { SessionUse } from './session-use.ts';
import { SessionEntry } from './session-entry.ts';
import { loginExpired, SessionGuests, type HostedPreview } from './session-guests.ts';
import { pathOf } from './session-routes.ts';

/**
 * Answers everything on the origin of one port of a session's container: all but the way in is the container's. Its pages
 * run their own scripts, so the origin is foreign to the app, to the session UI and to other ports, and they to it.
 */
@Injectable()
export class PreviewOrigin {
  constructor(
    private readonly guests: SessionGuests,
    private readonly entry: SessionEntry,
    private readonly proxy: PreviewProxy,
    private readonly upgrades: ContainerUpgrade,
    private readonly use: SessionUse,
  ) {}

  /** @throws DomainError, which is the answer */
  request(request: IncomingMessage, response: ServerResponse, preview: HostedPreview): Eventual<void> {
    const path = pathOf(request.url ?? '/');
    const opensPage = isNavigation(request);
    if (!opensPage) assertOwnOrigin(request, preview.origin);
    if (path.startsWith('/__session/')) return this.entry.answer(request, response, preview, path);

    return whenKnown(this.guests.findGuest(request, preview), (guest) => {
      if (guest) {
        this.use.note(preview.id);
        return this.proxy.pass(request, response, guest);
      }
      if (opensPage) return this.entry.showSignedOut(response, preview);
      throw loginExpired();
    });
  }

  /** @throws DomainError, which is the answer */
  async upgrade(
    request: IncomingMessage,
    { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
    preview: HostedPreview,
  ): Promise<void> {
    assertOwnUpgrade(request, preview.origin);
    const guest = await this.guests.getGuest(request, preview);
    this.upgrades.passToPort(request, socket, head, guest);
  }
}
