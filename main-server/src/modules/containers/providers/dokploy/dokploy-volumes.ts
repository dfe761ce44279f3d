import { DokployApiError } from './dokploy-api.errors.ts';
import { volumeList } from './dokploy-answers.ts';
import type { DokployEngine } from './dokploy-engine.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

const lookPauseMs = 250;

/** The volumes of sessions, which no deletion of an app takes along. */
export class DokployVolumes {
  constructor(
    private readonly client: DokployClient,
    private readonly engine: DokployEngine,
    private readonly removalMs: number,
  ) {}

  /** Removing an absent one succeeds. Only on the node whose engine Dokploy talks to. */
  async remove(volumeName: string, serverId: string | null): Promise<void> {
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
