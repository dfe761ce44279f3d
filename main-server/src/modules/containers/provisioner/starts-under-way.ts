/** Then the next work goes ahead: a step of an engine that says nothing must not hold its session for ever. */
const patienceMs = 60_000;

/**
 * A start that nobody waits for any more ends a step later. The next start, stop or removal of its session waits for that
 * end: a removal that looked before it would leave behind what the step makes.
 */
export class StartsUnderWay {
  private readonly ends = new Map<string, Promise<unknown>>();

  async run<T>(sessionId: string, start: () => Promise<T>): Promise<T> {
    await this.ended(sessionId);
    const started = start();
    const end = started
      .catch(() => undefined)
      .finally(() => {
        if (this.ends.get(sessionId) === end) this.ends.delete(sessionId);
      });
    this.ends.set(sessionId, end);
    return started;
  }

  /** Does it once no start of the session is under way. */
  async after<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    await this.ended(sessionId);
    return work();
  }

  private async ended(sessionId: string): Promise<void> {
    const end = this.ends.get(sessionId);
    if (end === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const impatience = new Promise((resolve) => (timer = setTimeout(resolve, patienceMs).unref()));
    await Promise.race([end, impatience]);
    clearTimeout(timer);
  }
}
