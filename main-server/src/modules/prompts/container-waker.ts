/** All that the queue wants of containers. */
export abstract class ContainerWaker {
  /** Sees to it that the session's container runs. Returns at once; the link says when it does. */
  abstract ensureRunning(sessionId: string): unknown;
}
