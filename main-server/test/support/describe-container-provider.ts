import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isContainerLogMark, type ContainerStartStep } from '@codex-webapp/contracts';
import {
  usualStartSteps,
  type ContainerProvider,
  type ContainerRef,
  type ContainerSpec,
  type ContainerStats,
  type LogLine,
  type LogOptions,
} from '../../src/modules/containers/providers/container-provider.ts';
import { waitFor } from './wait-for.ts';

/** A provider that runs `testProgram` in its containers. */
export interface ProviderUnderTest {
  readonly provider: ContainerProvider;
  /** Removes what the provider made, also what a failed test left. */
  dispose(): Promise<void>;
}

export interface ProviderSuiteOptions {
  /** All that a first start tells of, in this order. */
  readonly startSteps: readonly ContainerStartStep[];
  readonly timeoutMs?: number;
}

/** The promises of `ContainerProvider`, kept by every provider alike. */
export function describeContainerProvider(
  name: string,
  makeProvider: () => Promise<ProviderUnderTest>,
  { startSteps, timeoutMs = 20_000 }: ProviderSuiteOptions,
): void {
  describe(`${name}, as a container provider`, () => {
    let underTest: ProviderUnderTest;
    let provider: ContainerProvider;
    let sessionId: string;

    beforeEach(async () => {
      underTest = await makeProvider();
      provider = underTest.provider;
      sessionId = randomUUID();
    }, timeoutMs);

    afterEach(() => underTest.dispose(), timeoutMs);

    function specOf(generation: number, environment: Record<string, string> = {}): ContainerSpec {
      return {
        sessionId,
        generation,
        environment: { WORKSPACE_PATH: provider.workspacePath(sessionId), GREETING: 'hello', ...environment },
      };
    }

    async function linesOf(ref: ContainerRef): Promise<readonly string[]> {
      const lines: string[] = [];
      for await (const { text } of provider.logs(ref)) lines.push(text);
      return lines;
    }

    /** Follows until `isEnough` of all lines so far. */
    async function followUntil(
      ref: ContainerRef,
      options: LogOptions,
      isEnough: (lines: readonly LogLine[]) => boolean,
    ): Promise<readonly LogLine[]> {
      const abort = new AbortController();
      const lines: LogLine[] = [];
      for await (const line of provider.logs(ref, { ...options, follow: true, signal: abort.signal })) {
        lines.push(line);
        if (!isEnough(lines)) continue;
        abort.abort();
        break;
      }
      return lines;
    }

    async function stateOf(ref: ContainerRef): Promise<string> {
      return (await provider.inspect(ref)).state;
    }

    async function statsOf(): Promise<ContainerStats> {
      const [stats] = await provider.stats([sessionId]);
      return stats ?? { sessionId: 'none' };
    }

    async function startAndWait(generation: number, line: string): Promise<ContainerRef> {
      const ref = await provider.start(specOf(generation));
      await waitFor(async () => (await linesOf(ref)).includes(line), timeoutMs);
      return ref;
    }

    function claim(text: string, test: () => Promise<void>): void {
      it(text, test, timeoutMs);
    }

    claim('says that it can be used', async () => {
      expect(await provider.check()).toMatchObject({ isAvailable: true });
    });

    claim('runs a container with the environment of its spec', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      expect(ref).toMatchObject({ provider: provider.name, sessionId });
      expect(JSON.parse(JSON.stringify(ref))).toEqual(ref);
      expect(await stateOf(ref)).toBe('running');
    });

    claim('tells each step of a start, in its order', async () => {
      const steps: ContainerStartStep[] = [];
      await provider.start(specOf(1), { onProgress: (step) => steps.push(step) });
      // A step may tell of its details one by one.
      expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual(startSteps);
      const announced = provider.startSteps ?? usualStartSteps;
      expect(announced.filter((step) => startSteps.includes(step))).toEqual(startSteps);
    });

    claim('answers a second start of the same generation with the container that runs', async () => {
      const first = await startAndWait(1, 'run 1 says hello');
      const before = await provider.inspect(first);
      expect(await provider.start(specOf(1))).toEqual(first);
      expect(await provider.inspect(first)).toEqual(before);
      expect(await linesOf(first)).not.toContain('run 2 says hello');
    });

    claim('replaces a container of an older generation and keeps its data', async () => {
      await startAndWait(1, 'run 1 says hello');
      const ref = await startAndWait(2, 'run 2 says hello');
      const mine = (await provider.list()).filter((container) => container.sessionId === sessionId);
      expect(mine).toEqual([{ ref, sessionId, generation: 2, isRunning: true }]);
    });

    claim('stops a container, once and again, and keeps its data', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      await provider.stop(ref);
      expect(await stateOf(ref)).toBe('stopped');
      await provider.stop(ref);
      await startAndWait(2, 'run 2 says hello');
    });

    claim('keeps the log of a stopped container', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      await provider.stop(ref);
      expect(await linesOf(ref)).toContain('run 1 says hello');
    });

    claim('removes a running container, once and again, and keeps its data', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      await provider.remove(ref);
      expect(await stateOf(ref)).toBe('absent');
      expect((await provider.list()).filter((container) => container.sessionId === sessionId)).toEqual([]);
      await provider.remove(ref);
      await startAndWait(2, 'run 2 says hello');
    });

    claim('deletes the data of a session, once and again', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      await provider.remove(ref);
      await provider.removeData(sessionId);
      await provider.removeData(sessionId);
      await startAndWait(2, 'run 1 says hello');
    });

    claim('answers for a container that never was', async () => {
      const ref = await provider.start(specOf(1));
      await provider.remove(ref);
      const stranger = { ...ref, sessionId: randomUUID(), id: `${ref.id.slice(0, -4)}gone` };
      expect(await provider.inspect(stranger)).toEqual({ state: 'absent' });
      await provider.stop(stranger);
      await provider.remove(stranger);
    });

    claim('tells why a container ended', async () => {
      const ref = await provider.start(specOf(1, { EXIT_WITH: '7' }));
      await waitFor(async () => (await stateOf(ref)) === 'stopped', timeoutMs);
      const state = await provider.inspect(ref);
      expect(state).toMatchObject({ state: 'stopped', exitCode: 7, reason: expect.stringContaining('7') });
    });

    claim('follows the log until it is told to stop', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      const abort = new AbortController();
      let ticks = 0;
      for await (const line of provider.logs(ref, { tail: 0, follow: true, signal: abort.signal })) {
        if (line.text === 'tick') ticks += 1;
        if (ticks === 3) abort.abort();
      }
      expect(ticks).toBeGreaterThanOrEqual(3);
    });

    claim('gives no more lines than asked for', async () => {
      const ref = await startAndWait(1, 'tick');
      const lines: string[] = [];
      for await (const { text } of provider.logs(ref, { tail: 1 })) lines.push(text);
      expect(lines).toHaveLength(1);
    });

    claim('goes on behind any line, without repeating or leaving out one', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      const whole = await followUntil(ref, { tail: 1_000 }, (lines) => lines.length >= 12);
      const marks = whole.map(({ mark }) => mark);
      expect(new Set(marks).size).toBe(marks.length);
      expect(marks.filter((mark) => !isContainerLogMark(mark))).toEqual([]);
      for (const at of [0, 1, 5, marks.length - 2]) {
        const left = marks.length - 1 - at;
        const rest = await followUntil(ref, { after: marks[at] }, (lines) => lines.length >= left);
        expect(rest.slice(0, left)).toEqual(whole.slice(at + 1));
      }
    });

    claim('goes on over cuts of a reader that comes back again and again', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      const pieces: LogLine[] = [];
      for (let reader = 0; reader < 5; reader += 1) {
        const after = pieces.at(-1)?.mark;
        const start = after === undefined ? { tail: 1_000 } : { after };
        pieces.push(...(await followUntil(ref, start, (lines) => lines.length >= 2 + reader)));
      }
      const whole = await followUntil(ref, { tail: 1_000 }, (lines) => lines.length >= pieces.length);
      expect(pieces).toEqual(whole.slice(0, pieces.length));
    });

    claim('says that lines may be missing after a mark that means nothing any more', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      const after = '0123456789ab.2020-01-01T00:00:00.000000000Z.7';
      const [first] = await followUntil(ref, { after }, (lines) => lines.length >= 1);
      expect(first).toMatchObject({ text: 'run 1 says hello', isAfterGap: true });
    });

    claim('begins with the present container when asked to', async () => {
      await startAndWait(1, 'run 1 says hello');
      const ref = await startAndWait(2, 'run 2 says hello');
      const options = { tail: 1_000, sinceStart: true };
      const lines: string[] = [];
      for await (const { text } of provider.logs(ref, options)) lines.push(text);
      expect(lines[0]).toBe('run 2 says hello');
      const [first] = await followUntil(ref, options, (followed) => followed.length >= 1);
      expect(first?.text).toBe('run 2 says hello');
    });

    claim('tells what a container uses while it runs', async () => {
      const ref = await startAndWait(1, 'run 1 says hello');
      const running = await statsOf();
      expect(running.cpu).toEqual(
        running.cpu && 'cores' in running.cpu
          ? { cores: expect.any(Number) }
          : {
              run: expect.any(String),
              usedSeconds: expect.any(Number),
              at: expect.any(Number),
              machineCores: expect.any(Number),
            },
      );
      expect(running.memory?.usedBytes).toBeGreaterThan(0);
      await provider.stop(ref);
      const stopped = await statsOf();
      expect([stopped.cpu, stopped.memory]).toEqual([undefined, undefined]);
    });

    claim('counts the processor time of each run from zero', async () => {
      await startAndWait(1, 'run 1 says hello');
      const { cpu: first } = await statsOf();
      await startAndWait(2, 'run 2 says hello');
      const { cpu: second } = await statsOf();
      if (!first || !second || 'cores' in first || 'cores' in second) return;
      expect(second.run).not.toBe(first.run);
    });

    claim(
      'tells the size of the files of a session, or that it cannot, also while it is stopped',
      async () => {
        const ref = await startAndWait(1, 'run 1 says hello');
        await waitFor(async () => (await statsOf()).disk !== undefined, timeoutMs);
        const { disk } = await statsOf();
        if (disk !== null) expect(disk?.usedBytes).toBeGreaterThanOrEqual(0);
        await provider.stop(ref);
        expect((await statsOf()).disk).toEqual(disk);
      },
    );

    claim('answers for a session that never was, beside one that is', async () => {
      await startAndWait(1, 'run 1 says hello');
      const stranger = randomUUID();
      const all = await provider.stats([stranger, sessionId]);
      expect(all.map((stats) => stats.sessionId).sort()).toEqual([stranger, sessionId].sort());
      expect(all.find((stats) => stats.sessionId === stranger)?.memory).toBeUndefined();
      expect(await provider.stats([])).toEqual([]);
    });

    claim('stops a start that was given up before it began', async () => {
      const signal = AbortSignal.abort(new Error('given up'));
      await expect(provider.start(specOf(1), { signal })).rejects.toThrow('given up');
      expect((await provider.list()).filter((container) => container.isRunning)).toEqual([]);
    });
  });
}
