import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DomainError } from '@codex-webapp/nest-kit';
import { loginEvents, type LoginEnded } from '../auth/login.events.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';
import { tunnelLimits } from './tunnel/tunnel.ts';

/** A request or an upgrade that is under way with a container. */
export interface Exchange {
  readonly sessionId: string;
  readonly loginId: string | null;
  /** Ends both sides at once. */
  abort(): void;
}

/** Ends what a login had under way when the login ends, and what goes to a session that is deleted. */
@Injectable()
export class OpenExchanges implements OnApplicationShutdown {
  private readonly open = new Map<string, Set<Exchange>>();

  onApplicationShutdown(): void {
    this.abortAll(() => true);
  }

  /** Call the returned function when it is over. @throws request.too_many */
  add(exchange: Exchange): () => void {
    const { sessionId } = exchange;
    const ofSession = this.open.get(sessionId) ?? new Set();
    if (ofSession.size >= tunnelLimits.connectionsMax) {
      throw new DomainError('request.too_many', {
        message: "Too many requests to the session's container are under way. Try again in a moment.",
      });
    }
    this.open.set(sessionId, ofSession.add(exchange));
    return () => {
      ofSession.delete(exchange);
      if (ofSession.size === 0 && this.open.get(sessionId) === ofSession) this.open.delete(sessionId);
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
    const exchanges = [...this.open.values()].flatMap((ofSession) => [...ofSession]);
    for (const exchange of exchanges) if (isOver(exchange)) exchange.abort();
  }
}
