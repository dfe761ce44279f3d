import { DokploySimulator } from '../../tools/dokploy-simulator/src/index.ts';
import type { ApiClient } from './api-client.ts';
import type { RunningServer } from './running-server.ts';

const image = 'registry.test/agents/session:1';

/** What an administrator enters. */
export interface DokployEntries {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly image: string;
  readonly mainUrl: string;
}

/** A Dokploy that pulls the image of sessions for as long as it lives. Runs once somebody asks for it. */
export class SimulatedDokploy implements AsyncDisposable {
  private started: Promise<DokploySimulator> | null = null;

  constructor(private readonly server: RunningServer) {}

  async entries(): Promise<DokployEntries> {
    this.started ??= startPulling();
    const { url, apiKey } = await this.started;
    return { baseUrl: url, apiKey, image, mainUrl: `http://127.0.0.1:${this.server.containerPort}` };
  }

  /** From then on sessions can be made in it. Repeating it succeeds. */
  async offer(api: ApiClient): Promise<void> {
    await api.ask('PUT', '/settings/dokploy', await this.entries());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.started)?.[Symbol.asyncDispose]();
  }
}

async function startPulling(): Promise<DokploySimulator> {
  const simulator = await DokploySimulator.start({ images: { [image]: { program: { stands: true } } } });
  simulator.dokploy.holdPulls();
  return simulator;
}
