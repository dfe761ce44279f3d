import type { ContainerStatus } from '@codex-webapp/contracts';
import type { Container } from './container.entity.ts';

/** What stands in the row of a container about how it has ended so far. */
export type EndsSoFar = Pick<Container, 'desired' | 'startedAt' | 'endsInARow' | 'endedAt'>;

export interface ContainerEnd {
  readonly status: Extract<ContainerStatus, 'stopped' | 'error'>;
  readonly reason: string;
}

export type CountedEnd = ContainerEnd & Pick<Container, 'endsInARow' | 'endedAt'>;

export type Wake =
  | { readonly type: 'now' }
  | { readonly type: 'later'; readonly at: number }
  /** It is on its way, or has to be started by somebody who has looked at what is wrong. */
  | { readonly type: 'never' };

/** Before the next start after so many ends in a row. The first is as good as none: it may have been a hiccup. */
export const restartPausesMs: readonly number[] = [0, 1_000, 4_000, 15_000, 60_000];
/** From here on only its user starts it, by a prompt or by hand. */
export const endsMax = restartPausesMs.length + 1;
/** Having run for so long, a container that ends begins to count anew. */
export const steadyMs = 10 * 60_000;
/** What keeps asking for a container that has failed is not a user who has looked at it. */
const askAgainMs = 10_000;

/** What goes into the row of a container that has ended without anybody telling it to. */
export function countEnd(row: EndsSoFar, end: ContainerEnd, now: number): CountedEnd {
  const isSteady = row.startedAt !== null && now - row.startedAt >= steadyMs;
  const endsInARow = isSteady ? 1 : row.endsInARow + 1;
  const counted = { endsInARow, endedAt: now };
  if (endsInARow >= endsMax) {
    const reason =
      `It ended ${endsInARow} times in a row and is not started again by itself. ` +
      `Its log says more; then start it, or send a prompt. The last time: ${end.reason}`;
    return { ...counted, status: 'error', reason };
  }
  const pauseMs = pauseAfter(endsInARow);
  if (pauseMs === 0) return { ...counted, ...end };
  const reason = `${end.reason} It ended ${endsInARow} times in a row: what waits for it starts it again after ${pauseMs / 1_000} s.`;
  return { ...counted, status: end.status, reason };
}

/** When a container that something waits for may be started. The same row and time always give the same answer. */
export function decideWake(row: EndsSoFar | null, now: number): Wake {
  if (row === null || (row.desired !== 'running' && row.endsInARow === 0)) return { type: 'now' };
  if (row.desired === 'running') return { type: 'never' };
  const endedAt = row.endedAt ?? 0;
  if (row.endsInARow >= endsMax) return now - endedAt < askAgainMs ? { type: 'never' } : { type: 'now' };
  const at = endedAt + pauseAfter(row.endsInARow);
  return at <= now ? { type: 'now' } : { type: 'later', at };
}

function pauseAfter(endsInARow: number): number {
  return restartPausesMs[endsInARow - 1] ?? 0;
}
