type OnPlace = (place: number, of: number) => void;

/** Lets so many starts work at once; the others wait in the order in which they came, those in the background behind all others. */
export class StartQueue {
  private readonly waiting: Waiting[] = [];
  private working = 0;
  private inBackground = 0;
  /** One place is kept for whoever comes meanwhile, where there is more than one. */
  private readonly backgroundMax: number;

  constructor(private readonly concurrency: number) {
    this.backgroundMax = Math.max(1, concurrency - 1);
  }

  /**
   * Resolves when it is this one's turn, with what ends that. `onPlace` is told the place, counted from 1, whenever it
   * changes. Rejects with the signal's reason when it is given up before.
   */
  enter(signal: AbortSignal, onPlace: OnPlace): Promise<() => void> {
    return this.join(signal, onPlace);
  }

  /** The same for what nobody waits for: it begins when nothing else wants to. */
  enterInBackground(signal: AbortSignal): Promise<() => void> {
    return this.join(signal, null);
  }

  private join(signal: AbortSignal, onPlace: OnPlace | null): Promise<() => void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    const isBackground = onPlace === null;
    if (this.hasPlace(isBackground)) return Promise.resolve(this.begin(isBackground));
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        onPlace,
        begin: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(this.begin(isBackground));
        },
      };
      const onAbort = (): void => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        this.tellPlaces();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.splice(isBackground ? this.waiting.length : this.inForeground().length, 0, waiting);
      this.tellPlaces();
    });
  }

  private hasPlace(isBackground: boolean): boolean {
    if (this.working >= this.concurrency) return false;
    return !isBackground || this.inBackground < this.backgroundMax;
  }

  private begin(isBackground: boolean): () => void {
    this.count(isBackground, 1);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      this.count(isBackground, -1);
      this.beginNext();
      this.tellPlaces();
    };
  }

  private count(isBackground: boolean, change: 1 | -1): void {
    this.working += change;
    if (isBackground) this.inBackground += change;
  }

  private beginNext(): void {
    const [next] = this.waiting;
    if (next === undefined || !this.hasPlace(next.onPlace === null)) return;
    this.waiting.shift();
    next.begin();
  }

  private inForeground(): readonly Waiting[] {
    return this.waiting.filter(({ onPlace }) => onPlace !== null);
  }

  private tellPlaces(): void {
    const inForeground = this.inForeground();
    for (const [index, { onPlace }] of inForeground.entries()) onPlace?.(index + 1, inForeground.length);
  }
}

interface Waiting {
  /** Null: in the background. */
  readonly onPlace: OnPlace | null;
  readonly begin: () => void;
}
