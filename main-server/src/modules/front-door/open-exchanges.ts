import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DomainError } from '@codex-webapp/nest-kit';
import { loginEvents, type LoginEnded } from '../auth/login.events.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';

/** A request or an upgrade that is under way with a container. */
export interface Exchange {
  readonly sessionId: string;
  /** Where it came to; each origin has a room of its own. */
  readonly origin: string;
  readonly loginId: string | null;
  /** Ends both sides at once. */
  abort(): void;
}

/** Ends what a login had under way when the login ends, and what goes to a session that is deleted. */
@Injectable()
export class OpenExchanges implements BeforeApplicationShutdown {
  private readonly open = new Map<string, Set<Exchange>>();
  private isStopping = false;

  /** Before the listeners close: those wait for every socket that came through them, and pages come back at once. */
  beforeApplicationShutdown(): void {
    this.isStopping = true;
    this.abortAll(() => true);
  }

  /** Call the returned function when it is over. @throws server.stopping, request.too_many beyond `max` of its origin */
  add(exchange: Exchange, max: number): () => void {
    if (this.isStopping) {
      throw new DomainError('server.stopping', {
        message: 'The server is restarting; come back in a moment.',
      });
    }
    const { origin } = exchange;
    const ofOrigin = this.open.get(origin) ?? new Set();
    if (ofOrigin.size >= max) {
      throw new DomainError('request.too_many', {
        message: "Too many requests to the session's container are under way. Try again in a moment.",
      });
    }
    this.open.set(origin, ofOrigin.add(exchange));
    return () => {
      ofOrigin.delete(exchange);
      if (ofOrigin.size === 0 && this.open.get(origin) === ofOrigin) this.open.delete(origin);
    };
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.abortAll((exchange) => exchange.loginId === loginId);
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.abortAll((exchange) => exchange.sessionId === sessionId);
  }

  private abortAll(isOver: (exchange: Exchange) => boolean): void {
    const exchanges = [...this.open.values()].flatMap((ofOrigin) => [...ofOrigin]);
    for (const exchange of exchanges) if (isOver(exchange)) exchange.abort();
  }
}
