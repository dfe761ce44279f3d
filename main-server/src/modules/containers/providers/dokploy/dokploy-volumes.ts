import { ContainerProviderError } from '../container-provider.errors.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { volumeList } from './dokploy-answers.ts';
import type { DokployEngine } from './dokploy-engine.ts';
import type { DokployPlace } from './dokploy-places.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

const lookPauseMs = 250;

/** The volumes of sessions, which no deletion of an app takes along. */
export class DokployVolumes {
  constructor(
    private readonly client: DokployClient,
    private readonly engine: DokployEngine,
    private readonly removalMs: number,
  ) {}

  /** Deletes what is in it. Removing an absent one succeeds. */
  async remove(volumeName: string, { serverId, nodeId }: DokployPlace): Promise<void> {
    const node = (await this.engine.listNodes(serverId)).find(({ id }) => id === nodeId);
    if (node !== undefined && !node.isOwn) throw outOfReach(volumeName, node.hostname);
    const deadline = performance.now() + this.removalMs;
    while (await this.exists(volumeName, serverId)) {
      try {
        await this.client.post('dockerVolume.removeVolume', {
          volumeName,
          ...(serverId === null ? {} : { serverId }),
        });
        return;
      } catch (error) {
        // In use while the last container ends. Which of its reasons it was, only the words say.
        if (!(error instanceof DokployApiError) || error.status !== 500) throw error;
        if (performance.now() > deadline) throw error;
        await pause(lookPauseMs);
      }
    }
  }

  private async exists(volumeName: string, serverId: string | null): Promise<boolean> {
    const volumes = await this.client.get('dockerVolume.getVolumes', volumeList, { serverId });
    if (volumes.length > 0) return volumes.some(({ Name }) => Name === volumeName);
    // The answer of an engine that is away, too.
    await this.engine.listNodes(serverId);
    return false;
  }
}

function outOfReach(volumeName: string, hostname: string): ContainerProviderError {
  return new ContainerProviderError(
    'rejected',
    `Dokploy cannot delete volumes on its other nodes. On ${hostname}, run: docker volume rm ${volumeName}`,
  );
}
