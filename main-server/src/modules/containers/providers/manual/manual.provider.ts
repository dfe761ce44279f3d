import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ContainerProvider,
  ContainerRef,
  ContainerSpec,
  ContainerState,
  ContainerStats,
  LabelledContainer,
  LogLine,
  LogOptions,
  ProviderAvailability,
  StartOptions,
} from '../container-provider.ts';

export interface ManualProviderOptions {
  /** Below it each session has its workspace, unless the person says otherwise. */
  readonly folder: string;
  readonly mainUrl: string;
}

const onlyLine: LogLine = {
  at: null,
  text: 'container-agent prints its log where it was started.',
  mark: 'by-hand',
};

/** Starts nothing: somebody runs container-agent with the environment that `create` answers. Only its link shows it. */
export class ManualContainerProvider implements ContainerProvider {
  readonly name = 'manual';
  readonly isIsolated = false;
  readonly startsByItself = false;

  constructor(private readonly options: ManualProviderOptions) {}

  workspacePath(sessionId: string): string {
    return `${this.options.folder}/${sessionId}/workspace`;
  }

  mainUrl(): Promise<string> {
    return Promise.resolve(this.options.mainUrl);
  }

  check(): Promise<ProviderAvailability> {
    return Promise.resolve({
      isAvailable: true,
      note: 'You run container-agent yourself, with the environment shown.',
    });
  }

  start(spec: ContainerSpec, { signal }: StartOptions = {}): Promise<ContainerRef> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return Promise.resolve({ provider: this.name, sessionId: spec.sessionId, id: spec.sessionId });
  }

  inspect(): Promise<ContainerState> {
    const message = 'container-agent is not connected. Run it with the environment of this session.';
    return Promise.reject(new ContainerProviderError('unreachable', message));
  }

  /** Its token dies with the generation, which ends its link. */
  stop(): Promise<void> {
    return Promise.resolve();
  }

  remove(): Promise<void> {
    return Promise.resolve();
  }

  /** The data is where that person put it. */
  removeData(): Promise<void> {
    return Promise.resolve();
  }

  list(): Promise<readonly LabelledContainer[]> {
    return Promise.resolve([]);
  }

  async *logs(_ref: ContainerRef, { after }: LogOptions = {}): AsyncIterable<LogLine> {
    if (after === onlyLine.mark) return;
    yield await Promise.resolve(onlyLine);
  }

  /** It runs where that person is. */
  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    return Promise.resolve(
      sessionIds.map((sessionId) => ({ sessionId, cpu: null, memory: null, disk: null })),
    );
  }
}
