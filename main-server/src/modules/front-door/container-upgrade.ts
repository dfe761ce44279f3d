import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError, refuseUpgrade } from '@codex-webapp/nest-kit';
import { fromContainerUpgradeHeaders, toContainerUpgradeHeaders } from './container-headers.ts';
import { containerLimitsToken, previewLimits, type ContainerLimits } from './container-limits.ts';
import { ContainerRequests, badContainerAnswer } from './container-requests.ts';
import { joinSockets } from './join-sockets.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { toPortUpgradeHeaders } from './preview-headers.ts';
import { SessionUse } from './session-use.ts';
import type { Guest, HostedPreview } from './session-guests.ts';

const keepAliveMs = 30_000;

/** How a WebSocket goes on. */
export interface UpgradeWay {
  readonly open: () => ClientRequest;
  /** Sockets and requests of this origin at once. */
  readonly exchangesMax: number;
  /** Without an answer, and afterwards without a byte. */
  readonly answerMs: number;
  readonly idleMs: number;
  readonly onData: (chunk: Buffer) => void;
}

/** Hands a WebSocket of a page to the session's container. */
@Injectable()
export class ContainerUpgrade {
  constructor(
    private readonly requests: ContainerRequests,
    private readonly exchanges: OpenExchanges,
    private readonly use: SessionUse,
    @Inject(containerLimitsToken) private readonly limits: ContainerLimits,
  ) {}

  /** To container-agent. Answers in any case. @throws request.too_many, container.unreachable before */
  pass(request: IncomingMessage, socket: Duplex, head: Buffer, guest: Guest): void {
    const { exchangesMax, idleMs } = this.limits;
    this.join(request, { socket, head }, guest, {
      open: () => this.requests.open(request, guest, toContainerUpgradeHeaders(request.headers)),
      exchangesMax,
      answerMs: idleMs,
      idleMs,
      onData: (chunk) => this.use.noteTerminal(guest.session.id, chunk),
    });
  }

  /** To a port of the container. As `pass`. */
  passToPort(request: IncomingMessage, socket: Duplex, head: Buffer, guest: Guest<HostedPreview>): void {
    const { exchangesMax, idleMs, socketIdleMs } = previewLimits;
    // Nobody pings; whether the browser is still there the system has to find out.
    if (socket instanceof Socket) socket.setKeepAlive(true, keepAliveMs);
    this.join(request, { socket, head }, guest, {
      open: () => this.requests.openPort(request, guest, toPortUpgradeHeaders(request, guest.session)),
      exchangesMax,
      answerMs: idleMs,
      idleMs: socketIdleMs,
      onData: (chunk) => this.use.notePreview(guest.session.id, chunk),
    });
  }

  private join(
    request: IncomingMessage,
    { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
    guest: Guest,
    way: UpgradeWay,
  ): void {
    if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
      throw new DomainError('request.invalid', { message: 'Only WebSockets can be opened here.' });
    }
    // Gone while we looked it up; it would never be told to be over.
    if (socket.destroyed) return;
    const remove = this.exchanges.add(
      {
        sessionId: guest.session.id,
        origin: guest.session.origin,
        loginId: guest.user.loginId,
        abort: () => socket.destroy(),
      },
      way.exchangesMax,
    );
    socket.once('close', remove);
    const upstream = way.open();
    const deadline = setTimeout(() => upstream.destroy(new Error('No answer')), way.answerMs).unref();
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
      joinSockets(socket, container, way);
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
