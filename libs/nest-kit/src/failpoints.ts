/**
 * Named places where a test can make the program fail: `await failpoints.hit('containers.start.created')`.
 * In production nothing is armed and a hit is one look into an empty map.
 */
export class Failpoints {
  private readonly armed = new Map<string, () => void | Promise<void>>();

  async hit(name: string): Promise<void> {
    const action = this.armed.get(name);
    if (action) await action();
  }

  /** The action may throw, wait, or kill the process. Returns a function that disarms it. */
  arm(name: string, action: () => void | Promise<void>): () => void {
    this.armed.set(name, action);
    return () => this.armed.delete(name);
  }
}
