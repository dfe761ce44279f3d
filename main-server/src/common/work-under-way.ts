import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { DomainError, requestIdOf } from '@codex-webapp/nest-kit';
import type { RequestHandler } from 'express';

/** Asked by what watches us; the answer is the point of them. */
const healthPaths = /^\/(health\/(live|ready)|metrics)$/;
/** How often a client that is turned away may come back. */
const retryAfterSeconds = 2;

/** The requests that are not answered yet, and whether new ones are taken. */
@Injectable()
export class WorkUnderWay {
  private open = 0;
  private stopping = false;
  private whenDone: (() => void) | null = null;
  private readonly stopListeners: (() => void)[] = [];

  get isStopping(): boolean {
    return this.stopping;
  }

  /** From now on requests are answered 503, so that a balancer and every client go elsewhere or come back later. */
  stopAccepting(): void {
    if (this.stopping) return;
    this.stopping = true;
    for (const listener of this.stopListeners) listener();
  }

  /** For who holds requests open that would not end by themselves. */
  onStopping(listener: () => void): void {
    this.stopListeners.push(listener);
  }

  /** Resolves when all that was accepted is answered, or after `maxMs`. */
  async finished(maxMs: number): Promise<void> {
    if (this.open === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.whenDone = resolve;
      timer = setTimeout(resolve, maxMs);
    });
    clearTimeout(timer);
  }

  /** Counts requests in and out, and refuses those that come too late. */
  middleware(isOurs: (path: string) => boolean): RequestHandler {
    return (request, response, next) => {
      if (!isOurs(request.path) || healthPaths.test(request.path)) return next();
      if (this.stopping) {
        response.setHeader('connection', 'close');
        const error = new DomainError('server.stopping', {
          message: 'The server is restarting; come back in a moment.',
          details: { retryAfterSeconds },
        });
        response.setHeader('retry-after', String(retryAfterSeconds));
        response.status(503).json({ error: error.toPayload(), requestId: requestIdOf(request) });
        return;
      }
      this.open += 1;
      response.once('close', () => {
        this.open -= 1;
        if (this.open === 0) this.whenDone?.();
      });
      next();
    };
  }
}

/** Lets go of connections whose request was never answered. */
export function closeConnections(servers: readonly Server[]): void {
  for (const server of servers) server.closeAllConnections();
}
