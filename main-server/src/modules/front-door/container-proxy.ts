import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { PublicOrigin } from '../../common/public-origin.ts';
import { fromContainerHeaders, toContainerHeaders } from './container-headers.ts';
import { containerLimitsToken, type ContainerLimits } from './container-limits.ts';
import { ContainerRequests, badContainerAnswer } from './container-requests.ts';
import { OpenExchanges } from './open-exchanges.ts';
import { ProxiedExchange, type AnswerHead } from './proxied-exchange.ts';
import type { Guest } from './session-guests.ts';

/** Hands a request of a session's page to the session's container, and the answer back without anything powerful. */
@Injectable()
export class ContainerProxy {
  constructor(
    private readonly requests: ContainerRequests,
    private readonly exchanges: OpenExchanges,
    private readonly publicOrigin: PublicOrigin,
    @Inject(containerLimitsToken) private readonly limits: ContainerLimits,
  ) {}

  /** Answers in any case, a bad answer of the container with 502. @throws request.too_many, request.too_large, … before */
  pass(request: IncomingMessage, response: ServerResponse, guest: Guest): void {
    this.requests.assertAllowed(request);
    // Gone while we looked it up; it would never be told to be over.
    if (response.destroyed) return;
    const exchange = new ProxiedExchange({
      request,
      response,
      limits: this.limits,
      open: () => this.requests.open(request, guest, toContainerHeaders(request.headers)),
      toHead: (answer) => this.toHead(answer, guest),
    });
    const remove = this.exchanges.add(
      {
        sessionId: guest.session.id,
        origin: guest.session.origin,
        loginId: guest.user.loginId,
        abort: () => exchange.abort(),
      },
      this.limits.exchangesMax,
    );
    response.once('close', remove);
    exchange.start();
  }

  private toHead(answer: IncomingMessage, guest: Guest): AnswerHead {
    const status = answer.statusCode ?? 0;
    // A redirect would send the page where the container wants it.
    if (status < 200 || status > 599 || (status >= 300 && status < 400 && status !== 304)) {
      throw badContainerAnswer();
    }
    return { status, headers: { ...fromContainerHeaders(answer.headers), ...this.answerHeaders(guest) } };
  }

  /** Whatever the container says its bytes are, opened as a page they can do nothing and are nobody. */
  private answerHeaders({ session }: Guest): Readonly<Record<string, string>> {
    return {
      'content-security-policy':
        "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; " +
        `frame-ancestors ${this.publicOrigin.app} ${session.origin}`,
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    };
  }
}
