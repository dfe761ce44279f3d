import { ContainerProviderError } from '../container-provider.errors.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { anything, networkList } from './dokploy-answers.ts';
import type { DokployNames } from './dokploy-names.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

const attempts = 3;
const lookPauseMs = 200;

export interface LeftNetwork {
  readonly networkId: string;
  readonly sessionId: string;
}

/** One overlay network per session: what all apps of a Dokploy share by default has its database in it too. */
export class DokployNetworks {
  constructor(
    private readonly client: DokployClient,
    private readonly names: DokployNames,
    private readonly removalMs: number,
  ) {}

  /** The id of the session's network, made now or by a call whose answer was lost. */
  async ensure(sessionId: string, serverId: string | null): Promise<string> {
    const name = this.names.ofSession(sessionId);
    for (let attempt = 1; ; attempt += 1) {
      const found = (await this.list(serverId)).find((network) => network.name === name);
      if (found !== undefined) return found.networkId;
      try {
        await this.client.postOnce(
          'network.create',
          {
            name,
            driver: 'overlay',
            attachable: false,
            internal: false,
            ...(serverId === null ? {} : { serverId }),
          },
          anything,
        );
      } catch (error) {
        if (!(error instanceof DokployApiError) || !error.isUnanswered || attempt === attempts) throw error;
        await pause(lookPauseMs);
      }
    }
  }

  /** Removing an absent one succeeds. Waits for the last container to leave it. */
  async remove(sessionId: string, serverId: string | null): Promise<void> {
    const name = this.names.ofSession(sessionId);
    const deadline = performance.now() + this.removalMs;
    for (;;) {
      const found = (await this.list(serverId)).find((network) => network.name === name);
      if (found === undefined) return;
      try {
        await this.client.post('network.remove', { networkId: found.networkId });
      } catch (error) {
        if (!(error instanceof DokployApiError)) throw error;
        // Refused while a container is in it, which ends a moment after its service.
        if (!error.isAbsent && performance.now() > deadline) {
          throw new ContainerProviderError(
            'failed',
            `The network ${name} could not be removed. ${error.message}`,
            {
              isRetryable: true,
              cause: error,
            },
          );
        }
      }
      await pause(lookPauseMs);
    }
  }

  /** The sessions that have a network here. */
  async listSessions(serverId: string | null): Promise<readonly LeftNetwork[]> {
    return (await this.list(serverId)).flatMap(({ networkId, name }) => {
      const sessionId = this.names.sessionOf(name);
      return sessionId === null ? [] : [{ networkId, sessionId }];
    });
  }

  private list(serverId: string | null) {
    return this.client.get('network.all', networkList, { serverId });
  }
}
