import { containerSizeNames, type ContainerSizeResponse } from '@codex-webapp/contracts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ConfigurableContainerProvider,
  ContainerImage,
  ContainerRef,
  ContainerSpec,
  ContainerState,
  ContainerStats,
  ImageContainerProvider,
  LabelledContainer,
  LogLine,
  LogOptions,
  ProviderAvailability,
  StartOptions,
} from '../container-provider.ts';
import { toProviderError } from './dokploy-api.errors.ts';
import type { DokployPlaceStore } from './dokploy-places.ts';
import type { DokployConnection, FindDokployConnection } from './dokploy-connection.ts';
import { DokploySessions, type DokployTimes } from './dokploy-sessions.ts';
import { findWhatIsWrong } from './dokploy-checks.ts';
import { limitsNote, mainUrlNote, notSetUp } from './dokploy-notes.ts';
import { dataFolder, type DokploySizes } from './dokploy-starter.ts';

export interface DokployProviderOptions {
  readonly instanceId: string;
  readonly sizes: DokploySizes;
  /** Where the ends of logs are kept. */
  readonly logFolder: string;
  readonly times?: Partial<DokployTimes>;
}

const mebibyte = 1024 * 1024;
const checkMs = 2_500;
/** The list of providers is asked for by every page that makes sessions. */
const rememberedMs = 10_000;

/** Runs each session as an app of a Dokploy server, on a volume and a network of its own. */
export class DokployContainerProvider implements ConfigurableContainerProvider, ImageContainerProvider {
  readonly name = 'dokploy';
  readonly isIsolated = true;
  readonly startsByItself = true;
  readonly sizes: readonly ContainerSizeResponse[];
  private current: { readonly connection: DokployConnection; readonly sessions: DokploySessions } | null =
    null;
  private checked: {
    readonly connection: DokployConnection;
    readonly until: number;
    readonly answer: Promise<ProviderAvailability>;
  } | null = null;

  constructor(
    private readonly findConnection: FindDokployConnection,
    private readonly places: DokployPlaceStore,
    private readonly options: DokployProviderOptions,
  ) {
    this.sizes = containerSizeNames.map((name) => ({
      name,
      memoryMb: options.sizes[name].memoryBytes / mebibyte,
      cpus: options.sizes[name].nanoCpus / 1e9,
      processes: null,
    }));
  }

  workspacePath(): string {
    return `${dataFolder}/workspace`;
  }

  async mainUrl(): Promise<string> {
    const { mainUrl } = await this.requireConnection();
    if (mainUrl !== null) return mainUrl;
    throw new ContainerProviderError('rejected', mainUrlNote);
  }

  async isSetUp(): Promise<boolean> {
    return (await this.findConnection()) !== null;
  }

  async check(): Promise<ProviderAvailability> {
    const connection = await this.findConnection();
    if (connection === null) return { isAvailable: false, note: notSetUp };
    const now = performance.now();
    if (this.checked === null || this.checked.until < now || !isSame(this.checked.connection, connection)) {
      this.checked = { connection, until: now + rememberedMs, answer: checkNow(connection) };
    }
    return this.checked.answer;
  }

  start(spec: ContainerSpec, options: StartOptions = {}): Promise<ContainerRef> {
    return this.translate(async (sessions) => {
      options.signal?.throwIfAborted();
      return this.refOf(await sessions.start(spec, options));
    });
  }

  inspect({ sessionId }: ContainerRef): Promise<ContainerState> {
    return this.translate((sessions) => sessions.inspect(sessionId));
  }

  stop({ sessionId }: ContainerRef): Promise<void> {
    return this.translate((sessions) => sessions.stop(sessionId));
  }

  remove({ sessionId }: ContainerRef): Promise<void> {
    return this.translate((sessions) => sessions.remove(sessionId));
  }

  removeData(sessionId: string): Promise<void> {
    return this.translate((sessions) => sessions.removeData(sessionId));
  }

  list(): Promise<readonly LabelledContainer[]> {
    return this.translate(async (sessions) =>
      (await sessions.list()).map(({ sessionId, id, generation, isRunning }) => ({
        ref: this.refOf({ sessionId, applicationId: id }),
        sessionId,
        generation,
        isRunning,
      })),
    );
  }

  /** By its name alone: what the registry has by that name now, only a pull tells. */
  async findImage(): Promise<ContainerImage | null> {
    const name = (await this.findConnection())?.image ?? null;
    return name === null ? null : { name, id: null };
  }

  async *logs({ sessionId }: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    try {
      yield* (await this.requireSessions()).logs(sessionId, options);
    } catch (error) {
      throw toProviderError(error);
    }
  }

  stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    return this.translate((sessions) => sessions.stats(sessionIds));
  }

  private async translate<T>(work: (sessions: DokploySessions) => Promise<T>): Promise<T> {
    try {
      return await work(await this.requireSessions());
    } catch (error) {
      throw toProviderError(error);
    }
  }

  private async requireConnection(): Promise<DokployConnection> {
    const connection = await this.findConnection();
    if (connection !== null) return connection;
    throw new ContainerProviderError('unreachable', notSetUp, { isRetryable: false });
  }

  private async requireSessions(): Promise<DokploySessions> {
    const connection = await this.requireConnection();
    if (this.current === null || !isSame(this.current.connection, connection)) {
      const sessions = new DokploySessions(connection, this.places, this.options);
      this.current = { connection, sessions };
    }
    return this.current.sessions;
  }

  private refOf({ sessionId, applicationId }: { sessionId: string; applicationId: string }): ContainerRef {
    return { provider: this.name, sessionId, id: applicationId };
  }
}

async function checkNow(connection: DokployConnection): Promise<ProviderAvailability> {
  const problem = await findWhatIsWrong(connection, checkMs);
  return problem === null ? { isAvailable: true, note: limitsNote } : { isAvailable: false, note: problem };
}

function isSame(a: DokployConnection, b: DokployConnection): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
