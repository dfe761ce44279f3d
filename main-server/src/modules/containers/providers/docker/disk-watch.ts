import { Logger } from '@nestjs/common';
import type Docker from 'dockerode';
import type { DiskUse } from '../container-provider.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { readVolumeSizes } from './docker-volume-sizes.ts';

export interface DiskBound {
  readonly bytes: number;
  readonly lookEveryMs: number;
}

const mebibyte = 1024 * 1024;
/**
 * A session that was stopped may be started again to make room; it is stopped again when it has grown by more, and at
 * twice its bound at the latest.
 */
const roomToTidyBytes = 64 * mebibyte;
/** Engines that take long to count are asked less often. */
const pausePerLook = 20;
const retryMs = 3_000;

export function describeBound({ bytes, lookEveryMs }: DiskBound): string {
  return `${Math.round(bytes / mebibyte).toLocaleString('en')} MB, looked at about every ${Math.round(lookEveryMs / 1_000)} s`;
}

/** Stops sessions whose volume outgrows the bound, on engines whose volumes have no size. */
export class DiskWatch {
  private readonly logger = new Logger(DiskWatch.name);
  private readonly reasons = new Map<string, string>();
  private readonly allowances = new Map<string, number>();
  private sizes: ReadonlyMap<string, number> = new Map();
  private measurement: Promise<void> | null = null;
  private pauseMs: number;
  private overdueAt = 0;

  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly bound: DiskBound,
    private readonly stop: (sessionId: string) => Promise<void>,
  ) {
    this.pauseMs = bound.lookEveryMs;
  }

  /** Looks again and again, until what it returns is called. An engine that does not answer is asked again. */
  begin(): () => void {
    let timer: NodeJS.Timeout | undefined;
    let isEnded = false;
    const look = (): void => {
      void this.look()
        .catch((error: unknown) => this.noteFailure(error))
        .finally(() => {
          if (isEnded) return;
          timer = setTimeout(look, this.pauseMs);
          timer.unref();
        });
    };
    look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  /** Why a session was stopped by the watch; null when it was not. */
  reasonOf(sessionId: string): string | null {
    return this.reasons.get(sessionId) ?? null;
  }

  forget(sessionId: string): void {
    this.reasons.delete(sessionId);
  }

  /** As it was measured last; null when it was not yet. */
  useOf(sessionId: string): DiskUse | null {
    const usedBytes = this.sizes.get(this.names.ofSession(sessionId));
    return usedBytes === undefined ? null : { usedBytes, limitBytes: this.bound.bytes };
  }

  /** Begins to measure where the watch has not done so lately. Waits for nothing; what fails is tried again. */
  measureSoon(): void {
    if (performance.now() >= this.overdueAt) void this.measure().catch((error) => this.noteFailure(error));
  }

  private async look(): Promise<void> {
    const running = await this.docker.listContainers({
      filters: { label: [this.names.filter, labels.session] },
    });
    if (running.length === 0) return;
    await this.measure();
    for (const container of running) {
      const sessionId = container.Labels[labels.session] ?? '';
      const bytes = this.sizes.get(this.names.ofSession(sessionId)) ?? 0;
      if (bytes <= this.bound.bytes) this.allowances.delete(sessionId);
      if (bytes <= (this.allowances.get(sessionId) ?? this.bound.bytes)) continue;
      await this.end(sessionId, bytes);
    }
  }

  private noteFailure(error: unknown): void {
    this.logger.debug({ msg: 'Volumes could not be measured', err: error });
  }

  /** One at a time: who comes meanwhile is told what that one finds. */
  private measure(): Promise<void> {
    this.measurement ??= this.readSizes().finally(() => (this.measurement = null));
    return this.measurement;
  }

  private async readSizes(): Promise<void> {
    const begunAt = performance.now();
    // Engines up to 20.10 measure for one at a time and refuse the next.
    this.overdueAt = begunAt + retryMs;
    this.sizes = await readVolumeSizes(this.docker);
    this.pauseMs = Math.max(this.bound.lookEveryMs, (performance.now() - begunAt) * pausePerLook);
    this.overdueAt = performance.now() + 1.5 * this.pauseMs;
  }

  private async end(sessionId: string, bytes: number): Promise<void> {
    const [has, may] = [bytes, this.bound.bytes].map((size) =>
      Math.ceil(size / mebibyte).toLocaleString('en'),
    );
    this.reasons.set(
      sessionId,
      `It was stopped because its files take ${has} MB; ${may} MB are allowed. Start it and delete what is not needed.`,
    );
    this.allowances.set(sessionId, Math.min(bytes, 2 * this.bound.bytes) + roomToTidyBytes);
    this.logger.warn({ msg: 'A session was stopped for the size of its files', sessionId, bytes });
    await this.stop(sessionId);
  }
}
