import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { ContainerStatusResponse } from '@codex-webapp/contracts';
import type { ContainerInspectInfo } from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { docker, removeInstallation } from './docker-world.ts';
import { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** The first session on a machine waits for the image to be built. */
const firstStartMs = 12 * 60_000;

/** main-server as a process of its own, with sessions on the real engine. Its end removes what it made there. */
export class DockerServer implements AsyncDisposable {
  readonly instanceId: string;

  private constructor(readonly process: ServerProcess) {
    this.instanceId = readFileSync(path.join(process.folder, 'instance-id'), 'utf8').trim();
  }

  static async start(env: Readonly<Record<string, string>> = {}): Promise<DockerServer> {
    return new DockerServer(await ServerProcess.start({ provider: 'docker', env }));
  }

  /** A shell that is connected. */
  async addConnected(): Promise<string> {
    const { id } = await this.process.addSession({ agent: 'shell', permissionMode: 'full-auto' });
    await this.untilConnected(id, firstStartMs);
    return id;
  }

  async statusOf(sessionId: string): Promise<ContainerStatusResponse> {
    const { body } = await this.process.client.get(`/api/sessions/${sessionId}/container/status`);
    return body as ContainerStatusResponse;
  }

  /** @throws when it has failed, which no waiting mends */
  async untilConnected(sessionId: string, deadlineMs: number): Promise<ContainerStatusResponse> {
    let container = await this.statusOf(sessionId);
    await waitFor(async () => {
      container = await this.statusOf(sessionId);
      if (container.status === 'error') throw new Error(container.reason ?? 'no reason');
      return container.status === 'running' && container.isConnected;
    }, deadlineMs);
    return container;
  }

  /** Running or not. @throws unless there is exactly one */
  async containerOf(sessionId: string): Promise<ContainerInspectInfo> {
    const filters = { label: [`${labels.session}=${sessionId}`] };
    const found = await docker.listContainers({ all: true, filters });
    const [one] = found;
    if (one === undefined || found.length > 1) throw new Error(`It has ${found.length} containers`);
    return docker.getContainer(one.Id).inspect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await removeInstallation(this.instanceId);
  }
}
