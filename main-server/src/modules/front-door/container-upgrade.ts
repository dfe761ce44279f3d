import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, refuseUpgrade } from '@codex-webapp/nest-kit';
import { fromContainerUpgradeHeaders, toContainerUpgradeHeaders } from './container-headers.ts';
import { containerLimitsToken, type ContainerLimits } from './container-limits.ts';
import { ContainerRequests, badContainerAnswer } from './container-requests.ts';
import { joinSockets } from './join-sockets.ts';
import { OpenExchanges } from './open-exchanges.ts';
import type { Guest } from './session-guests.ts';

/** Hands a WebSocket of a session's page to the session's container. */
@Injectable()
export class ContainerUpgrade {
  constructor(
    private readonly requests: ContainerRequests,
    private readonly exchanges: OpenExchanges,
    @Inject(containerLimitsToken) private readonly limits: ContainerLimits,
  ) {}

  /** Answers in any case. @throws request.too_many, container.unreachable before */
  pass(request: IncomingMessage, socket: Duplex, head: Buffer, guest: Guest): void {
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw new DomainError('request.invalid', { message: 'Only WebSockets can be opened here.' });
    }
    // Gone while we looked it up; it would never be told to be over.
    if (socket.destroyed) return;
    const remove = this.exchanges.add({
      sessionId: guest.session.id,
      loginId: guest.user.loginId,
      abort: () => socket.destroy(),
    });
    socket.once('close', remove);
    const upstream = this.requests.open(request, guest, toContainerUpgradeHeaders(request.headers));
    const deadline = setTimeout(() => upstream.destroy(new Error('No answer')), this.limits.idleMs).unref();
    upstream.once('close', () => clearTimeout(deadline));
    socket.once('close', () => upstream.destroy());
    upstream.on('error', (error) =>
      refuseUpgrade(socket, error instanceof DomainError ? error : badContainerAnswer(error)),
    );
    upstream.on('response', (answer) => {
      answer.destroy();
      refuseUpgrade(socket, toRefusal(answer.statusCode));
    });
    upstream.on('upgrade', (answer, container, containerHead) => {
      clearTimeout(deadline);
      socket.write(switchingHead(answer));
      socket.write(containerHead);
      container.write(head);
      joinSockets(socket, container, this.limits.idleMs);
    });
    upstream.end();
  }
}

function switchingHead({ headers }: IncomingMessage): string {
  const lines = Object.entries(fromContainerUpgradeHeaders(headers)).map(
    ([name, value]) => `${name}: ${String(value)}`,
  );
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** The container's own words stay with it; what a page can act upon is the kind of refusal. */
function toRefusal(status: number | undefined): DomainError {
  if (status === 404)
    return new DomainError('route.not_found', { message: 'The container has no such socket.' });
  return badContainerAnswer();
}
