import type { EntityManager } from 'typeorm';

/** All that the queue wants of containers. */
export abstract class ContainerWaker {
  /**
   * Sees to it that the session's container runs, unless its user has stopped it and asked for nothing since. Returns at
   * once; the link says when it does.
   */
  abstract ensureRunning(sessionId: string): unknown;

  /**
   * Starts again what something outside has ended (a kill, a crash of its engine) and nobody has stopped or started since.
   * Gives way to all other starts. Returns at once.
   */
  abstract revive(sessionId: string): unknown;

  /** Whatever waits may start it from the commit on, until its user stops it the next time. */
  abstract allowWake(manager: EntityManager, sessionId: string): Promise<void>;

  /** It has got somewhere: its ends begin to count anew, and it is started again at once after the next one. */
  abstract noteProgress(manager: EntityManager, sessionId: string): Promise<void>;
}
