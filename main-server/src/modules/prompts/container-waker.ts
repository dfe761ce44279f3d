import type { EntityManager } from 'typeorm';

/** All that the queue wants of containers. */
export abstract class ContainerWaker {
  /** Sees to it that the session's container runs. Returns at once; the link says when it does. */
  abstract ensureRunning(sessionId: string): unknown;

  /** It has got somewhere: its ends begin to count anew, and it is started again at once after the next one. */
  abstract noteProgress(manager: EntityManager, sessionId: string): Promise<void>;
}
