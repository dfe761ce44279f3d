import type { z } from 'zod';
import type { rateLimitsSchema } from './codex-protocol.ts';

type RateLimits = z.infer<typeof rateLimitsSchema>['params']['rateLimits'];

/** When codex can go on, in milliseconds since 1970: once the last of the limits that are used up has reset. */
export function toLimitReset({ primary, secondary }: RateLimits): number | null {
  const full = [primary, secondary].flatMap((window) =>
    window && window.usedPercent >= 100 && window.resetsAt ? [window.resetsAt * 1_000] : [],
  );
  return full.length === 0 ? null : Math.max(...full);
}
