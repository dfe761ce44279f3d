import type { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { containerStartSteps, type ContainerSizeResponse } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ContainerImage,
  ContainerRef,
  ContainerSpec,
  ContainerState,
  ContainerStats,
  LabelledContainer,
  LogLine,
  LogOptions,
  ProviderAvailability,
  StartOptions,
  StopOptions,
} from '../container-provider.ts';
import { keepListening } from '../keep-listening.ts';
import type { DockerProvider } from '../docker/docker.provider.ts';
import { ProvisionerClient } from './provisioner.client.ts';

export interface ProvisionedOptions {
  readonly socketPath: string;
  readonly instanceId: string;
  readonly sizes: readonly ContainerSizeResponse[];
  readonly workspacePath: string;
  readonly mainUrl: string;
}

const checkTimeoutMs = 2_800;
const statsTimeoutMs = 20_000;

/** Docker, by way of the provisioner: main-server itself has no socket of the engine. */
export class ProvisionedContainerProvider implements DockerProvider {
  readonly name = 'docker';
  readonly isIsolated = true;
  readonly startsByItself = true;
  readonly canSwitchInternetOff = true;
  readonly runsBriefly = true;
  readonly startSteps = containerStartSteps;
  readonly sizes: readonly ContainerSizeResponse[];
  private readonly logger = new Logger(ProvisionedContainerProvider.name);
  private readonly provisioner: ProvisionerClient;

  constructor(private readonly options: ProvisionedOptions) {
    this.sizes = options.sizes;
    this.provisioner = new ProvisionerClient(options.socketPath, options.instanceId);
  }

  workspacePath(): string {
    return this.options.workspacePath;
  }

  async mainUrl(): Promise<string> {
    return this.options.mainUrl;
  }

  /** main-server is in a container itself, and found by its name there. */
  async hostAddress(): Promise<string | null> {
    return null;
  }

  async check(): Promise<ProviderAvailability> {
    try {
      return await this.provisioner.ask('check', {}, { signal: AbortSignal.timeout(checkTimeoutMs) });
    } catch (error) {
      const isKnown = error instanceof ContainerProviderError;
      return {
        isAvailable: false,
        note: isKnown ? error.message : 'The provisioner does not answer in time. Try again.',
      };
    }
  }

  async prepare(): Promise<void> {
    await this.provisioner.ask('prepare', {});
  }

  start(spec: ContainerSpec, { onProgress, onImage, signal }: StartOptions = {}): Promise<ContainerRef> {
    const { sessionId, generation, environment, internet, size, pullsImage } = spec;
    return this.provisioner.ask(
      'start',
      { spec: { sessionId, generation, environment, internet, size, pullsImage } },
      {
        onLine: (line) => {
          if (line.type === 'progress') onProgress?.(line.step, line.detail);
          if (line.type === 'image') onImage?.(line.image, line.isNew);
        },
        signal,
      },
    );
  }

  inspect({ sessionId }: ContainerRef): Promise<ContainerState> {
    return this.provisioner.ask('inspect', { sessionId });
  }

  async stop({ sessionId }: ContainerRef, { graceMs }: StopOptions = {}): Promise<void> {
    await this.provisioner.ask('stop', { sessionId, graceMs });
  }

  async remove({ sessionId }: ContainerRef): Promise<void> {
    await this.provisioner.ask('remove', { sessionId });
  }

  async removeData(sessionId: string): Promise<void> {
    await this.provisioner.ask('removeData', { sessionId });
  }

  list(): Promise<readonly LabelledContainer[]> {
    return this.provisioner.ask('list', {});
  }

  findImage(): Promise<ContainerImage | null> {
    return this.provisioner.ask('findImage', {});
  }

  archive(sessionId: string, signal?: AbortSignal): Promise<Readable> {
    return this.provisioner.bytes('archive', { sessionId }, signal);
  }

  async *logs({ sessionId }: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    const { signal, ...wanted } = options;
    try {
      for await (const line of this.provisioner.lines('logs', { sessionId, ...wanted }, signal))
        if (line.type === 'line') yield line.line;
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }

  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    const signal = AbortSignal.timeout(statsTimeoutMs);
    return this.provisioner.ask('stats', { sessionIds: [...sessionIds] }, { signal });
  }

  /** Never gives up; after a cut it says that it cannot tell what happened. */
  watch(onChange: (sessionId: string | null) => void): () => void {
    return keepListening(
      async (signal, onHeard) => {
        for await (const line of this.provisioner.lines('watch', {}, signal)) {
          if (line.type !== 'changed') continue;
          onHeard();
          onChange(line.sessionId);
        }
      },
      (error) => this.logger.debug({ msg: 'The provisioner cannot be listened to now', err: error }),
    );
  }
}
