/** Where a module that is loaded before the packed program leaves what is told of each hit. */
const observerSymbol = Symbol.for('codex-webapp.failpoint-observer');

/**
 * Named places where a test can make the program fail: `await failpoints.hit('containers.start.created')`.
 * In production nothing is armed and a hit is one look into an empty map.
 */
export class Failpoints {
  private readonly armed = new Map<string, () => void | Promise<void>>();

  private readonly observe = (globalThis as { [observerSymbol]?: (name: string) => void })[observerSymbol];

  async hit(name: string): Promise<void> {
    this.observe?.(name);
    const action = this.armed.get(name);
    if (action) await action();
  }

  /** The action may throw, wait, or kill the process. Returns a function that disarms it. */
  arm(name: string, action: () => void | Promise<void>): () => void {
    this.armed.set(name, action);
    return () => this.armed.delete(name);
  }
}
