/** Read ahead of whoever takes them. */
const aheadMax = 64;
/** From here on what is told at once is kept in its newest form alone. */
const waitingMax = 128;

/** What a follower has found and nobody has taken yet, in order. Whoever fills it waits while it is full. */
export class LogInbox<T extends { readonly type: string }> {
  private readonly items: T[] = [];
  private wakeTaker = (): void => undefined;
  private wakeFiller = (): void => undefined;
  private isClosed = false;

  /** Resolves when there is room for more. */
  async putInTurn(item: T): Promise<void> {
    this.add(item);
    if (this.items.length < aheadMax || this.isClosed) return;
    await new Promise<void>((resolve) => (this.wakeFiller = resolve));
  }

  /** For what is rare. Where nobody takes it, the oldest of its kind gives way. */
  put(item: T): void {
    const oldest = this.items.findIndex(({ type }) => type === item.type);
    if (this.items.length >= waitingMax && oldest !== -1) this.items.splice(oldest, 1);
    this.add(item);
  }

  /** Null once it is closed. */
  async take(): Promise<T | null> {
    while (this.items.length === 0 && !this.isClosed)
      await new Promise<void>((resolve) => (this.wakeTaker = resolve));
    if (this.isClosed) return null;
    const item = this.items.shift() as T;
    if (this.items.length < aheadMax / 2) this.wakeFiller();
    return item;
  }

  close(): void {
    this.isClosed = true;
    this.wakeTaker();
    this.wakeFiller();
  }

  private add(item: T): void {
    this.items.push(item);
    this.wakeTaker();
  }
}
