import type Docker from 'dockerode';
import type { ContainerCreateOptions, ContainerInfo, ContainerInspectInfo } from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type { ContainerImage, ContainerSpec } from '../container-provider.ts';
import { labels, type DockerNames } from './docker-names.ts';
import { ignore, isAbsent, isConflict } from './docker.errors.ts';

export interface CreatedContainer {
  readonly id: string;
  /** False for one that an earlier call made. */
  readonly isNew: boolean;
}

const stopGraceMs = 10_000;
const conflictLooks = 50;
const conflictPauseMs = 100;

/** The container of each session, by the session's name and labels. */
export class DockerContainers {
  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
  ) {}

  /** Null when there is none. @throws rejected when a stranger has its name */
  async find(sessionId: string): Promise<ContainerInspectInfo | null> {
    const name = this.names.ofSession(sessionId);
    try {
      const found = await this.docker.getContainer(name).inspect();
      const isOurs =
        this.names.isOurs(found.Config.Labels) && found.Config.Labels[labels.session] === sessionId;
      if (isOurs) return found;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
    throw new ContainerProviderError(
      'rejected',
      `A container named ${name} is not ours. Rename or remove it.`,
    );
  }

  /** Those of every session, whether they run or not. */
  list(): Promise<readonly ContainerInfo[]> {
    return this.docker.listContainers({ all: true, filters: { label: [this.names.filter, labels.session] } });
  }

  async imageOf(id: string): Promise<ContainerImage> {
    const { Config, Image } = await this.docker.getContainer(id).inspect();
    return { name: Config.Image, id: Image };
  }

  /**
   * A repetition for the same generation finds what the first call made, also when its answer was lost.
   * @throws the engine's conflict where another generation has the name
   */
  async create(spec: ContainerSpec, options: ContainerCreateOptions): Promise<CreatedContainer> {
    try {
      return { id: (await this.docker.createContainer(options)).id, isNew: true };
    } catch (error) {
      if (!isConflict(error)) throw error;
      const id = await this.findSoon(spec);
      if (id !== null) return { id, isNew: false };
      throw error;
    }
  }

  /** Starting one that runs succeeds. */
  async start(id: string): Promise<void> {
    await ignore(this.docker.getContainer(id).start(), isConflict);
  }

  /** Stopping a stopped or an absent one succeeds. */
  async stop(sessionId: string, graceMs = stopGraceMs): Promise<void> {
    const found = await this.find(sessionId);
    if (found === null || !(found.State.Running || found.State.Restarting)) return;
    const seconds = Math.ceil(graceMs / 1_000);
    await ignore(this.docker.getContainer(found.Id).stop({ t: seconds }), isAbsent, isConflict);
  }

  /** Gone when this resolves, also where it was before. */
  async remove(id: string): Promise<void> {
    await ignore(this.docker.getContainer(id).remove({ force: true }), isAbsent, isConflict);
    // A removal that another call began is reported as a conflict before it is done.
    await ignore(this.docker.getContainer(id).wait({ condition: 'removed' }), isAbsent);
  }

  /** The engine gives a name away a moment before it can say to what: a create whose answer was lost is still at work. */
  private async findSoon({ sessionId, generation }: ContainerSpec): Promise<string | null> {
    for (let look = 0; look < conflictLooks; look += 1) {
      const found = await this.find(sessionId);
      if (found !== null)
        return found.Config.Labels[labels.generation] === String(generation) ? found.Id : null;
      await new Promise((resolve) => setTimeout(resolve, conflictPauseMs));
    }
    return null;
  }
}
