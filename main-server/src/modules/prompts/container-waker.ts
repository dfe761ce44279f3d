import type { EntityManager } from 'typeorm';

/** All that the queue wants of containers. */
export abstract class ContainerWaker {
  /**
   * Sees to it that the session's container runs, unless its user has stopped it and asked for nothing since. Returns at
   * once; the link says when it does.
   */
  abstract ensureRunning(sessionId: string): unknown;

  /** Somebody wants something of it: a stop from before does not count any more. */
  abstract noteAsked(manager: EntityManager, sessionId: string): Promise<void>;

  /** It has got somewhere: its ends begin to count anew, and it is started again at once after the next one. */
  abstract noteProgress(manager: EntityManager, sessionId: string): Promise<void>;
}
