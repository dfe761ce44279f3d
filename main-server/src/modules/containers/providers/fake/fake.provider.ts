import type { ContainerProviderName } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import {
  usualStartSteps,
  type ContainerImage,
  type ContainerRef,
  type ContainerSpec,
  type ContainerState,
  type ContainerStats,
  type ImageContainerProvider,
  type LabelledContainer,
  type LogLine,
  type LogOptions,
  type ProviderAvailability,
  type StartOptions,
  type WatchingContainerProvider,
} from '../container-provider.ts';

const followPauseMs = 5;

export interface FakeContainer {
  /** Of the installation that made it; null for one that is nobody's. */
  readonly instance: string | null;
  readonly spec: ContainerSpec;
  readonly ref: ContainerRef;
  readonly image: ContainerImage | null;
  readonly lines: string[];
  /** How often its session was started before; its lines have marks of their own. */
  readonly run: number;
  state: ContainerState;
  /** What `stats` tells of its processor time. */
  cpuSeconds: number;
}

const mebibyte = 1024 * 1024;

/** Keeps every promise of the interface in memory, at once. Its program prints `run <n>`, then `tick`s. */
export class FakeContainerProvider implements WatchingContainerProvider, ImageContainerProvider {
  readonly isIsolated = true;
  readonly startsByItself = true;
  readonly runsBriefly = true;
  readonly starts: ContainerSpec[] = [];
  /** Whether a program that is followed goes on ticking. */
  ticks = false;
  /** What was asked for by `stats`, newest last. */
  readonly looks: (readonly string[])[] = [];
  /** The time that `stats` tells. */
  now: () => number = Date.now;
  /** What the next container is made from. */
  image: ContainerImage | null = null;
  /** Runs per session: what a volume would hold. */
  private readonly data = new Map<string, number>();
  private readonly watchers = new Set<(sessionId: string | null) => void>();

  constructor(
    readonly name: ContainerProviderName = 'docker',
    /** By session, so that a test can look and meddle. Several installations may share one engine. */
    readonly containers = new Map<string, FakeContainer>(),
    private readonly instance = 'ours',
  ) {}

  workspacePath(): string {
    return '/data/workspace';
  }

  mainUrl(): Promise<string> {
    return Promise.resolve('http://main-server.test:3010');
  }

  check(): Promise<ProviderAvailability> {
    return Promise.resolve({ isAvailable: true, note: null });
  }

  start(spec: ContainerSpec, options: StartOptions = {}): Promise<ContainerRef> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason as Error);
    const present = this.containers.get(spec.sessionId);
    const isThere = present?.spec.generation === spec.generation && present.state.state === 'running';
    if (isThere) {
      if (present.image !== null) options.onImage?.(present.image, false);
      return Promise.resolve(present.ref);
    }
    for (const step of usualStartSteps) options.onProgress?.(step, null);
    if (this.image !== null) options.onImage?.(this.image, true);
    this.starts.push(spec);
    const runs = (this.data.get(spec.sessionId) ?? 0) + 1;
    this.data.set(spec.sessionId, runs);
    const ref = { provider: this.name, sessionId: spec.sessionId, id: `fake-${spec.sessionId}` };
    const lines = [`run ${runs} says ${spec.environment['GREETING']}`, 'tick', 'tick', 'tick'];
    this.containers.set(spec.sessionId, {
      run: runs,
      instance: this.instance,
      spec,
      ref,
      image: this.image,
      lines,
      state: { state: 'running', startedAt: null },
      cpuSeconds: 0.5,
    });
    const exitWith = spec.environment['EXIT_WITH'];
    if (exitWith) this.end(spec.sessionId, Number(exitWith));
    return Promise.resolve(ref);
  }

  inspect(ref: ContainerRef): Promise<ContainerState> {
    return Promise.resolve(this.containers.get(ref.sessionId)?.state ?? { state: 'absent' });
  }

  stop(ref: ContainerRef): Promise<void> {
    this.end(ref.sessionId, 0);
    return Promise.resolve();
  }

  remove(ref: ContainerRef): Promise<void> {
    this.containers.delete(ref.sessionId);
    this.announce(ref.sessionId);
    return Promise.resolve();
  }

  removeData(sessionId: string): Promise<void> {
    this.data.delete(sessionId);
    return Promise.resolve();
  }

  list(): Promise<readonly LabelledContainer[]> {
    const ours = [...this.containers.values()].filter(({ instance }) => instance === this.instance);
    const all = ours.map(({ ref, spec, state }) => ({
      ref,
      sessionId: spec.sessionId,
      generation: spec.generation,
      isRunning: state.state === 'running',
    }));
    return Promise.resolve(all);
  }

  findImage(): Promise<ContainerImage | null> {
    return Promise.resolve(this.image);
  }

  async *logs(ref: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    const container = this.containers.get(ref.sessionId);
    if (container === undefined) return;
    const { lines, run } = container;
    const [afterRun, afterLine = 0] = options.after?.split('.').map(Number) ?? [];
    let isAfterGap = options.after !== undefined && afterRun !== run;
    let next = Math.max(0, lines.length - (options.tail ?? lines.length));
    if (options.after !== undefined) next = isAfterGap ? 0 : afterLine;
    while (!options.signal?.aborted) {
      for (; next < lines.length; isAfterGap = false) {
        const line = { at: null, text: lines[next] ?? '', mark: `${run}.${(next += 1)}` };
        yield isAfterGap ? { ...line, isAfterGap } : line;
      }
      const isOver = this.containers.get(ref.sessionId) !== container || container.state.state !== 'running';
      if (!options.follow || isOver) return;
      await new Promise((resolve) => setTimeout(resolve, followPauseMs));
      if (this.ticks) lines.push('tick');
    }
  }

  /** A counter that a test moves, and memory and files of one mebibyte per run. */
  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    this.looks.push(sessionIds);
    return Promise.resolve(
      sessionIds.map((sessionId) => {
        const container = this.containers.get(sessionId);
        const runs = this.data.get(sessionId);
        const disk = runs === undefined ? {} : { disk: { usedBytes: runs * mebibyte, limitBytes: null } };
        if (container?.state.state !== 'running') return { sessionId, ...disk };
        const run = String(container.spec.generation);
        return {
          sessionId,
          cpu: { run, usedSeconds: container.cpuSeconds, at: this.now(), machineCores: 8 },
          memory: { usedBytes: (runs ?? 1) * mebibyte, limitBytes: 4 * mebibyte },
          ...disk,
        };
      }),
    );
  }

  watch(onChange: (sessionId: string | null) => void): () => void {
    this.watchers.add(onChange);
    return () => this.watchers.delete(onChange);
  }

  /** Ends the program as if by itself. */
  end(sessionId: string, exitCode: number): void {
    const container = this.containers.get(sessionId);
    if (container?.state.state !== 'running') return;
    container.state = { state: 'stopped', exitCode, reason: `The program ended with exit code ${exitCode}.` };
    this.announce(sessionId);
  }

  hasData(sessionId: string): boolean {
    return this.data.has(sessionId);
  }

  private announce(sessionId: string): void {
    for (const watcher of this.watchers) watcher(sessionId);
  }
}

/** Starts when the test says so. */
export class SlowContainerProvider extends FakeContainerProvider {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  override async start(spec: ContainerSpec, options: StartOptions = {}): Promise<ContainerRef> {
    options.onProgress?.('image', 'Step 1/9 : FROM node');
    await Promise.race([this.released, rejectOnAbort(options.signal)]);
    return super.start(spec, options);
  }

  letGo(): void {
    this.release();
  }
}

/** Cannot be reached, and later fails to start, until `heal` is called. */
export class FailingContainerProvider extends FakeContainerProvider {
  private failure: ContainerProviderError | null = new ContainerProviderError(
    'unreachable',
    'The engine does not answer.',
  );

  failWith(failure: ContainerProviderError): void {
    this.failure = failure;
  }

  heal(): void {
    this.failure = null;
  }

  override check(): Promise<ProviderAvailability> {
    return Promise.resolve({ isAvailable: this.failure === null, note: this.failure?.message ?? null });
  }

  override start(spec: ContainerSpec, options?: StartOptions): Promise<ContainerRef> {
    return this.failure ? Promise.reject(this.failure) : super.start(spec, options);
  }

  override inspect(ref: ContainerRef): Promise<ContainerState> {
    return this.failure ? Promise.reject(this.failure) : super.inspect(ref);
  }

  override list(): Promise<readonly LabelledContainer[]> {
    return this.failure ? Promise.reject(this.failure) : super.list();
  }

  override stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    return this.failure ? Promise.reject(this.failure) : super.stats(sessionIds);
  }
}

function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
