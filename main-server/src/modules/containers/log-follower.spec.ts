import { describe, expect, it } from '@jest/globals';
import type { ContainerResponse } from '@codex-webapp/contracts';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { LogFollower, type FollowedEvent, type LogStart } from './log-follower.ts';
import type { ContainerProvider, LogLine, LogOptions } from './providers/container-provider.ts';
import { ManualContainerProvider } from './providers/manual/manual.provider.ts';

const container = { status: 'running', generation: 1, reason: null, startedAt: null } as ContainerResponse;
const ref = { provider: 'docker', sessionId: 'session', id: 'one' } as const;

/** Prints without an end, and notes what it was asked for. */
function printing(text: string) {
  const asked: LogOptions[] = [];
  const provider = {
    startsByItself: true,
    inspect: () => Promise.resolve({ state: 'running', startedAt: null }),
    logs: async function* (_ref: unknown, options: LogOptions): AsyncIterable<LogLine> {
      asked.push(options);
      for (let number = 1; !options.signal?.aborted; number += 1) {
        yield await Promise.resolve({ at: null, text, mark: `${asked.length}.${number}` });
      }
    },
  } as unknown as ContainerProvider;
  return { provider, asked };
}

class Reading {
  readonly clock = new FakeClock();
  readonly events: FollowedEvent[] = [];
  private readonly abort = new AbortController();
  private readonly over: Promise<void>;
  private announce: (container: ContainerResponse) => void = () => undefined;

  constructor(provider: ContainerProvider, start: Partial<LogStart> = {}) {
    const source = {
      look: () => Promise.resolve({ container, provider, ref }),
      onChanged: (listener: typeof this.announce) => {
        this.announce = listener;
        return () => undefined;
      },
    };
    const follower = new LogFollower(source, { after: null, ...start }, this.clock);
    this.over = this.read(follower);
  }

  /** Time goes on until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    for (let turns = 0; !isSo(); turns += 1) {
      if (turns > 100_000) throw new Error('It never came.');
      this.clock.advance(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  change(changes: Partial<ContainerResponse>): void {
    this.announce({ ...container, ...changes });
  }

  typesOf(): readonly string[] {
    return this.events.map(({ data }) => data.type);
  }

  async end(): Promise<void> {
    this.abort.abort();
    await this.over;
  }

  private async read(follower: LogFollower): Promise<void> {
    for await (const event of follower.events(this.abort.signal)) this.events.push(event);
  }
}

describe('LogFollower', () => {
  it('shows nothing of before the newest start, also after it had to leave lines out', async () => {
    const { provider, asked } = printing('x'.repeat(16_000));
    const reading = new Reading(provider, { tail: 500, sinceStart: true });
    await reading.until(() => asked.length >= 2);
    await reading.end();
    expect(asked[0]).toMatchObject({ tail: 500, sinceStart: true });
    expect(asked[1]).toMatchObject({ tail: 100, sinceStart: true });
    expect(reading.events.some(({ data }) => data.type === 'gap' && data.reason === 'too-fast')).toBe(true);
  });

  it('says once that container-agent is run by hand, whatever happens to it', async () => {
    const manual = new ManualContainerProvider({ folder: '/none', mainUrl: 'http://main-server.test' });
    const reading = new Reading(manual);
    await reading.until(() => reading.typesOf().includes('line'));
    for (const reason of ['one', 'two', 'three']) {
      reading.change({ reason });
      await reading.until(() =>
        reading.events.some(({ data }) => 'reason' in data && data.reason === reason),
      );
      // As long as it takes to look again.
      const before = reading.clock.now();
      await reading.until(() => reading.clock.now() - before > 2_000);
    }
    await reading.end();
    expect(reading.typesOf().filter((type) => type === 'line')).toHaveLength(1);
  });
});
