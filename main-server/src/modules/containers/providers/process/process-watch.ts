import { isStillThere } from './process-table.ts';

export interface LiveProcess {
  readonly sessionId: string;
  readonly nonce: string;
  readonly pid: number;
  /** See `ProcessEntry`; null where it could not be read. */
  readonly startTime: string | null;
}

/**
 * Sees which processes came and went since the last look. What is listed stays the same for as long as no record changes
 * and no process is gone, so next to nothing is done while nothing happens, however many there are.
 */
export class ProcessWatch {
  private alive: ReadonlyMap<string, LiveProcess> = new Map();
  private listed: object | null = null;

  constructor(
    /** The same object again while nothing changed. */
    private readonly listRecords: () => Promise<object>,
    private readonly listAlive: () => Promise<readonly LiveProcess[]>,
    private readonly onChange: (sessionId: string) => void,
  ) {}

  async look(): Promise<void> {
    const listed = await this.listRecords();
    if (listed === this.listed && this.areAllThere()) return;
    const now = new Map((await this.listAlive()).map((one) => [one.sessionId, one]));
    const before = this.alive;
    this.alive = now;
    this.listed = listed;
    for (const sessionId of new Set([...before.keys(), ...now.keys()])) {
      if (before.get(sessionId)?.nonce !== now.get(sessionId)?.nonce) this.onChange(sessionId);
    }
  }

  private areAllThere(): boolean {
    return [...this.alive.values()].every(isStillThere);
  }
}
