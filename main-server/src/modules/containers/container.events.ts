import type { ContainerProviderName, ContainerResponse } from '@codex-webapp/contracts';

/** Facts about containers. `stopped` and `changed` are announced after the commit that made them true. */
export const containerEvents = {
  stopped: 'container.stopped',
  changed: 'container.changed',
  progress: 'container.progress',
  wakeable: 'container.wakeable',
  startEnded: 'container.start-ended',
} as const;

/** The container of this generation is gone: nothing of it will come any more. */
export interface ContainerStopped {
  readonly sessionId: string;
  readonly generation: number;
  /** Somebody told it to stop, so what waits for it stays waiting: not so when it ended by itself or for want of activity. */
  readonly isIntended: boolean;
}

/** Something the list of sessions shows has changed. */
export interface ContainerChanged {
  readonly ownerId: string;
  readonly container: ContainerResponse;
}

/** What it does right now; not part of the history. At most five per second and session. */
export interface ContainerProgressed {
  readonly sessionId: string;
  readonly container: ContainerResponse;
}

/** What kept a stopped container from being started for what waits is over. */
export interface ContainerWakeable {
  readonly sessionId: string;
}

/** A start has come to its end, by itself: one that was given up is not told of. */
export interface ContainerStartEnded {
  readonly provider: ContainerProviderName;
  readonly outcome: 'ready' | 'failed';
  /** Without the wait for its turn. */
  readonly tookMs: number;
}
