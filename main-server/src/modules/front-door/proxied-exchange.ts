import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { DomainError } from '@codex-webapp/nest-kit';
import { answerError } from './answers.ts';
import type { ContainerLimits } from './container-limits.ts';
import { badContainerAnswer, bodyTooLarge } from './container-requests.ts';

export interface AnswerHead {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
}

export interface ExchangeOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly limits: ContainerLimits;
  readonly open: () => ClientRequest;
  /** What the browser is told; null when it was answered in another way. A throw is a bad answer. */
  readonly toHead: (answer: IncomingMessage) => AnswerHead | null;
  /** Says what went wrong. The error body of the API when absent. */
  readonly answerFailure?: (response: ServerResponse, error: unknown) => void;
}

/** One request to a container, and the container's answer, of which nothing is believed. */
export class ProxiedExchange {
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
    const { response, toHead, limits } = this.options;
    try {
      const head = toHead(answer);
      if (!head) return this.end();
      response.writeHead(head.status, head.headers);
    } catch (error) {
      return this.fail(error instanceof DomainError ? error : badContainerAnswer(error));
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
    const { response, answerFailure = answerError } = this.options;
    if (response.headersSent) response.destroy();
    else answerFailure(response, error);
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
