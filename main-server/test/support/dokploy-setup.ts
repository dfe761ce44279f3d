import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DokploySimulator,
  type DokploySimulatorOptions,
} from '../../../tools/dokploy-simulator/src/index.ts';
import type { DokployConnection } from '../../src/modules/containers/providers/dokploy/dokploy-connection.ts';
import type {
  DokployPlace,
  DokployPlaceStore,
} from '../../src/modules/containers/providers/dokploy/dokploy-places.ts';
import type { DokployTimes } from '../../src/modules/containers/providers/dokploy/dokploy-sessions.ts';
import { DokployContainerProvider } from '../../src/modules/containers/providers/dokploy/dokploy.provider.ts';
import { testProgram } from './provider-test-program.ts';

export const programImage = 'registry.test/codex/session:1';
export const standingImage = 'registry.test/codex/standing:1';

export interface DokploySetup extends AsyncDisposable {
  readonly simulator: DokploySimulator;
  readonly provider: DokployContainerProvider;
  readonly places: PlacesInMemory;
  readonly instanceId: string;
  readonly logFolder: string;
  /** Another server on the same Dokploy, e.g. the next process of the same installation. */
  makeProvider(options?: {
    readonly connection?: Partial<DokployConnection>;
    readonly instanceId?: string;
    readonly places?: DokployPlaceStore;
    readonly times?: Partial<DokployTimes>;
  }): DokployContainerProvider;
  dispose(): Promise<void>;
}

export interface DokploySetupOptions {
  readonly simulator?: Partial<DokploySimulatorOptions>;
  readonly connection?: Partial<DokployConnection>;
  readonly times?: Partial<DokployTimes>;
}

const quick: Partial<DokployTimes> = { pollMs: 15, retryMs: 5, lostAfterMs: 500, requestMs: 5_000 };

/** A simulated Dokploy, and a provider that uses it. */
export async function makeDokploySetup(options: DokploySetupOptions = {}): Promise<DokploySetup> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-dokploy-'));
  const entryFile = join(folder, 'program.cjs');
  await writeFile(entryFile, testProgram);
  const simulator = await DokploySimulator.start({
    images: {
      [programImage]: { program: { entryFile } },
      [standingImage]: { program: { stands: true } },
    },
    ...options.simulator,
  });
  const places = new PlacesInMemory();
  const instanceId = randomUUID();
  const logFolder = join(folder, 'logs');
  const connection: DokployConnection = {
    baseUrl: simulator.url,
    apiKey: simulator.apiKey,
    project: 'codex-webapp',
    environment: null,
    serverId: null,
    placement: [],
    image: programImage,
    registry: null,
    mainUrl: 'http://127.0.0.1:3010',
    ...options.connection,
  };
  const makeProvider: DokploySetup['makeProvider'] = (other = {}) =>
    new DokployContainerProvider(
      () => Promise.resolve({ ...connection, ...other.connection }),
      other.places ?? places,
      {
        instanceId: other.instanceId ?? instanceId,
        sizes: {
          small: { memoryBytes: 256 * 1024 * 1024, nanoCpus: 0.5e9 },
          medium: { memoryBytes: 512 * 1024 * 1024, nanoCpus: 1.5e9 },
          large: { memoryBytes: 1024 * 1024 * 1024, nanoCpus: 3e9 },
        },
        logFolder,
        times: { ...quick, ...options.times, ...other.times },
      },
    );
  const dispose = async (): Promise<void> => {
    await simulator[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    simulator,
    provider: makeProvider(),
    places,
    instanceId,
    logFolder,
    makeProvider,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

export class PlacesInMemory implements DokployPlaceStore {
  readonly kept = new Map<string, DokployPlace>();

  find(sessionId: string): Promise<DokployPlace | null> {
    return Promise.resolve(this.kept.get(sessionId) ?? null);
  }

  list(): Promise<readonly DokployPlace[]> {
    return Promise.resolve([...this.kept.values()]);
  }

  keep(place: DokployPlace): Promise<void> {
    if (!this.kept.has(place.sessionId)) this.kept.set(place.sessionId, place);
    return Promise.resolve();
  }

  forget(sessionId: string): Promise<void> {
    this.kept.delete(sessionId);
    return Promise.resolve();
  }
}
