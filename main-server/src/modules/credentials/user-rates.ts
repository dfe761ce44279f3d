import { Injectable } from '@nestjs/common';
import { credentialLimits } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { RateLimit } from '../../common/rate-limit.ts';

/** Those who were quiet longest are forgotten first, with a full bucket again. */
const rememberedMax = 1_000;

/** How often one user may change and try credentials: a test asks somebody else's server. */
@Injectable()
export class UserRates {
  private readonly changes = new Map<string, RateLimit>();
  private readonly tests = new Map<string, RateLimit>();

  constructor(private readonly clock: Clock) {}

  /** @throws request.too_many */
  countChange(userId: string): void {
    this.count(this.changes, userId, credentialLimits.changesPerMinute);
  }

  /** @throws request.too_many */
  countTest(userId: string): void {
    this.count(this.tests, userId, credentialLimits.testsPerMinute);
  }

  private count(rates: Map<string, RateLimit>, userId: string, perMinute: number): void {
    const limits = { perSecond: perMinute / 60, burst: perMinute };
    const rate = rates.get(userId) ?? new RateLimit(limits, () => this.clock.now());
    rates.delete(userId);
    rates.set(userId, rate);
    const [quietest] = rates.keys();
    if (rates.size > rememberedMax && quietest !== undefined) rates.delete(quietest);
    if (rate.take()) return;
    throw new DomainError('request.too_many', {
      message: `That is more than ${perMinute} times a minute. Wait a little, then try again.`,
      details: { retryAfterSeconds: Math.ceil(60 / perMinute) },
    });
  }
}
