import type { TicketResponse } from '@codex-webapp/contracts/sessions';

type Ask = (sessionId: string, signal?: AbortSignal) => Promise<TicketResponse>;

/** A ticket lives for half a minute; counted here, since the server's clock may differ. */
const freshMs = 10_000;

/** The ticket to a session's page, asked for while the way there is still being gone. One at a time; each is taken once. */
export class EarlyTicket {
  private asked: {
    readonly sessionId: string;
    readonly at: number;
    readonly ticket: Promise<TicketResponse | null>;
  } | null = null;

  constructor(
    private readonly ask: Ask,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whoever takes it hears of a failure: by asking again. */
  request(sessionId: string): void {
    const ticket = this.ask(sessionId).catch(() => null);
    this.asked = { sessionId, at: this.now(), ticket };
  }

  /** The one asked for if it is for this session and fresh, else a new one. @throws what asking throws, and the signal's reason */
  async take(sessionId: string, signal: AbortSignal): Promise<TicketResponse> {
    const { asked } = this;
    this.asked = null;
    if (asked?.sessionId !== sessionId) return this.ask(sessionId, signal);
    const ticket = await asked.ticket;
    signal.throwIfAborted();
    const isFresh = this.now() - asked.at < freshMs;
    return ticket !== null && isFresh ? ticket : this.ask(sessionId, signal);
  }
}
