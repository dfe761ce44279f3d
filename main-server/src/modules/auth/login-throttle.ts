import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import { DomainError } from '@codex-webapp/nest-kit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const windowSeconds = 5 * 60;

export interface LoginAttempt {
  readonly userKey: string;
  readonly ip: string;
  /** From the cookie of a browser this user has logged in with before. */
  readonly device: string | null;
}

/** Slows guessing down, per name and per address. Counts are in memory and end with their window: nobody is locked out for good. */
@Injectable()
export class LoginThrottle {
  private readonly perName = new RateLimiterMemory({ points: 5, duration: windowSeconds });
  private readonly perDevice = new RateLimiterMemory({ points: 10, duration: windowSeconds });
  private readonly perAddress = new RateLimiterMemory({ points: 50, duration: windowSeconds });

  /** Counts the attempt before the password is looked at, so that parallel ones count too. @throws login.too_many_attempts */
  async count(attempt: LoginAttempt): Promise<void> {
    await take(this.perAddress, addressKey(attempt.ip));
    if (attempt.device === null) await take(this.perName, nameKey(attempt.userKey));
    else await take(this.perDevice, attempt.device);
  }

  /** A right password was no guess. */
  async forgive(attempt: LoginAttempt): Promise<void> {
    await this.perAddress.reward(addressKey(attempt.ip));
    if (attempt.device === null) await this.perName.reward(nameKey(attempt.userKey));
    else await this.perDevice.delete(attempt.device);
  }
}

async function take(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new DomainError('login.too_many_attempts', {
      message: `Too many attempts: try again in ${retryAfterSeconds} seconds.`,
      details: { retryAfterSeconds },
    });
  }
}

/** Of fixed length, whatever was typed. */
function nameKey(userKey: string): string {
  return createHash('sha256').update(userKey).digest('base64');
}

/** Of an IPv6 address its /64: one household or server has that many addresses to try from. */
export function addressKey(ip: string): string {
  if (!isIPv6(ip)) return ip;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.split('::');
  const first = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - first.length - tail.split(':').filter(Boolean).length;
  return [...first, ...Array.from({ length: missing }, () => '0')].slice(0, 4).join(':');
}
