import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { PublicOrigin } from '../../common/public-origin.ts';
import { answerError } from './answers.ts';
import { fromContainerHeaders, toContainerHeaders } from './container-headers.ts';
import { containerLimitsToken, type ContainerLimits } from './container-limits.ts';
import { ContainerRequests, badContainerAnswer, bodyTooLarge } from './container-requests.ts';
import { OpenExchanges } from './open-exchanges.ts';
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
      answerHeaders: this.answerHeaders(guest),
    });
    const remove = this.exchanges.add({
      sessionId: guest.session.id,
      loginId: guest.user.loginId,
      abort: () => exchange.abort(),
    });
    response.once('close', remove);
    exchange.start();
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

interface ExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: ContainerLimits;
  readonly open: () => ClientRequest;
  readonly answerHeaders: Readonly<Record<string, string>>;
}

/** One request and its answer. */
class ProxiedExchange {
  private upstream: ClientRequest | null = null;
  private readonly idle: NodeJS.Timeout;
  private isOver = false;

  constructor(private readonly options: ExchangeOptions) {
    const { limits } = options;
    this.idle = setTimeout(() => this.fail(badContainerAnswer()), limits.idleMs).unref();
  }

  start(): void {
    const { request, response } = this.options;
    response.once('close', () => this.end());
    if (hasBody(request)) this.countBytes(request, this.options.limits.requestBodyMaxBytes, bodyTooLarge);
    this.try(false);
  }

  /** Ends both sides at once. */
  abort(): void {
    this.options.response.destroy();
    this.end();
  }

  private try(isRepeated: boolean): void {
    const { request, limits } = this.options;
    let informations = 0;
    try {
      const upstream = this.options.open();
      this.upstream = upstream;
      upstream.on('response', (answer) => this.answer(answer));
      upstream.on('information', () => {
        informations += 1;
        if (informations > limits.informationMax) this.fail(badContainerAnswer());
      });
      // Nobody asked for another protocol.
      upstream.on('upgrade', (_answer, socket) => {
        socket.destroy();
        this.fail(badContainerAnswer());
      });
      upstream.on('error', (error: NodeJS.ErrnoException) => {
        const isRace = upstream.reusedSocket && error.code === 'ECONNRESET' && !hasBody(request);
        if (isRace && !isRepeated && !this.isOver) return this.try(true);
        this.fail(error instanceof DomainError ? error : badContainerAnswer(error));
      });
      if (hasBody(request)) request.pipe(upstream);
      else upstream.end();
    } catch (error) {
      this.fail(error);
    }
  }

  private answer(answer: IncomingMessage): void {
    const { response, answerHeaders, limits } = this.options;
    const status = answer.statusCode ?? 0;
    // A redirect would send the page where the container wants it.
    if (status < 200 || status > 599 || (status >= 300 && status < 400 && status !== 304)) {
      return this.fail(badContainerAnswer());
    }
    try {
      response.writeHead(status, { ...fromContainerHeaders(answer.headers), ...answerHeaders });
    } catch (error) {
      return this.fail(badContainerAnswer(error));
    }
    this.countBytes(answer, limits.responseBodyMaxBytes, badContainerAnswer);
    answer.on('error', (error) => this.fail(error));
    answer.once('aborted', () => this.fail(badContainerAnswer()));
    answer.pipe(response);
  }

  private countBytes(body: IncomingMessage, maxBytes: number, tooMuch: () => DomainError): void {
    let bytes = 0;
    const pause = body.isPaused() || body.readableFlowing === null;
    body.on('data', (chunk: Buffer) => {
      this.idle.refresh();
      bytes += chunk.length;
      if (bytes > maxBytes) this.fail(tooMuch());
    });
    if (pause) body.pause();
  }

  /** Says what went wrong, or breaks the connection where the answer has begun. */
  private fail(error: unknown): void {
    if (this.isOver) return;
    answerError(this.options.response, error);
    this.end();
  }

  private end(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.idle);
    // A finished request stays in the pool; destroying it changes nothing there.
    this.upstream?.destroy();
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
