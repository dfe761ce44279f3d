import type { Container } from './container.entity.ts';
import { countEnd, type CountedEnd, type EndsSoFar } from './restart-pauses.ts';

/** What stands in the row: what is wanted, and how far it got. */
export type Wanted = Pick<Container, 'status' | 'reason' | 'generation' | 'updatedAt'> & EndsSoFar;

export interface Observed {
  /** `unknown`: the backend does not answer, or cannot know. */
  readonly state: 'running' | 'stopped' | 'absent' | 'unknown';
  /** Of the container that is there. */
  readonly generation: number | null;
  /** Whether the link of the wanted generation is up. */
  readonly isConnected: boolean;
  readonly exitCode: number | null;
  readonly reason: string | null;
}

export type LifecycleAction =
  /** Begins or finishes the start of the wanted generation; what is there of it is adopted. */
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'remove' }
  /** Only writes down what is so: that it runs, or that nobody knows. */
  | { readonly type: 'mark'; readonly status: 'running' | 'unknown'; readonly reason: string | null }
  /** It has ended and nobody had told it to. What waits for it may start it again. */
  | ({ readonly type: 'end' } & CountedEnd)
  /** Gives a start up: ends what runs and says why. */
  | { readonly type: 'fail'; readonly reason: string; readonly mayTryAgain: boolean };

/** From acceptance by the backend to the link. Ours connects in about a second; a loaded machine takes ten. */
export const connectDeadlineMs = 60_000;

/** SIGTERM, SIGKILL, an engine that stopped. */
const outsideExitCodes: readonly (number | null)[] = [null, 0, 137, 143, 255];

/** Ended by somebody or something outside, and not by a mistake inside, so that nothing speaks against another start. */
export function wasEndedFromOutside({ exitCode, reason }: Pick<Observed, 'exitCode' | 'reason'>): boolean {
  // The exit code of too much memory is that of any killed process; the words tell it apart.
  return outsideExitCodes.includes(exitCode) && !/memory/.test(reason ?? '');
}

/** What has to be done so that what is becomes what is wanted. Done twice it does no harm. */
export function decide(wanted: Wanted, observed: Observed, now: number): readonly LifecycleAction[] {
  if (observed.state === 'unknown') return decideUnseen(wanted, observed);
  switch (wanted.desired) {
    case 'running':
      return wanted.status === 'creating'
        ? decideHalfMade(wanted, observed, now)
        : decideRunning(wanted, observed, now);
    case 'stopped':
      return decideStopped(wanted, observed);
    case 'absent':
      // Also where no container is left: what it had beside itself, as its network, may be.
      return observed.state === 'absent' && wanted.status === 'absent' ? [] : [{ type: 'remove' }];
    default:
      return wanted.desired satisfies never;
  }
}

/** A silent backend is no proof of anything: nothing is called stopped or deleted because of it. */
function decideUnseen(wanted: Wanted, observed: Observed): readonly LifecycleAction[] {
  if (wanted.desired !== 'running') return [];
  if (observed.isConnected) return markUnlessSo(wanted, 'running', null);
  if (wanted.status === 'creating') return [];
  return wanted.status === 'running' ? [{ type: 'mark', status: 'unknown', reason: observed.reason }] : [];
}

function decideHalfMade(wanted: Wanted, observed: Observed, now: number): readonly LifecycleAction[] {
  if (observed.generation !== wanted.generation || observed.state === 'absent') return [{ type: 'start' }];
  if (observed.state === 'stopped') {
    // Killed while no server looked: the start is finished, with one try more than it had.
    if (wasEndedFromOutside(observed)) return [{ type: 'start' }];
    const reason = observed.reason ?? 'The container ended before it was ready.';
    return [{ type: 'fail', reason, mayTryAgain: false }];
  }
  if (observed.isConnected) return [{ type: 'mark', status: 'running', reason: null }];
  if (now - wanted.updatedAt < connectDeadlineMs) return [];
  return [{ type: 'fail', reason: 'The container runs but did not connect in time.', mayTryAgain: true }];
}

function decideRunning(wanted: Wanted, observed: Observed, now: number): readonly LifecycleAction[] {
  const isThere = observed.state === 'running' && observed.generation === wanted.generation;
  // A backend in trouble can show nothing of one that lives. When the link ends, this is asked again.
  const isHidden = observed.state === 'absent' && observed.isConnected;
  if (isThere || isHidden) return markUnlessSo(wanted, 'running', null);
  const isMistake = observed.state === 'stopped' && !wasEndedFromOutside(observed);
  const reason = observed.reason ?? 'The container is gone.';
  return [{ type: 'end', ...countEnd(wanted, { status: isMistake ? 'error' : 'stopped', reason }, now) }];
}

function decideStopped(wanted: Wanted, observed: Observed): readonly LifecycleAction[] {
  const isSettled = wanted.status === 'stopped' || wanted.status === 'error';
  // Also where nothing runs any more: a stop that was interrupted may not have got to what the container had beside itself.
  return observed.state === 'running' || !isSettled ? [{ type: 'stop' }] : [];
}

function markUnlessSo(
  wanted: Wanted,
  status: 'running' | 'unknown',
  reason: string | null,
): readonly LifecycleAction[] {
  return wanted.status === status ? [] : [{ type: 'mark', status, reason }];
}
