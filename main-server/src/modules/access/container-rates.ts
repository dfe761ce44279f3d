import { Injectable } from '@nestjs/common';
import { webhookLimits } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { RateLimit } from '../../common/rate-limit.ts';

/** Sessions whose rate is remembered: those that were quiet longest are forgotten first, with a full bucket again. */
const rememberedMax = 10_000;

/** Slows a container down that floods the webhooks; what it has to say waits in its outbox. */
@Injectable()
export class ContainerRates {
  private readonly rates = new Map<string, RateLimit>();

  constructor(private readonly clock: Clock) {}

  /** Counts a request of the session. @throws request.too_many */
  count(sessionId: string): void {
    const rate = this.rates.get(sessionId) ?? new RateLimit(webhookLimits, () => this.clock.now());
    this.rates.delete(sessionId);
    this.rates.set(sessionId, rate);
    if (this.rates.size > rememberedMax) this.forgetQuietest();
    if (rate.take()) return;
    throw new DomainError('request.too_many', {
      message: `A container may ask ${webhookLimits.perSecond} times a second: try again in a moment.`,
      details: { retryAfterSeconds: 1 },
    });
  }

  private forgetQuietest(): void {
    const [quietest] = this.rates.keys();
    if (quietest !== undefined) this.rates.delete(quietest);
  }
}
