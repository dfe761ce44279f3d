import type Docker from 'dockerode';
import type { DockerEngine } from './docker-engine.ts';
import type { DockerNames } from './docker-names.ts';
import { ContainerProviderError } from '../container-provider.errors.ts';
import { isAbsent } from './docker.errors.ts';

export interface SessionVolumesOptions {
  /** What one may hold, where the engine can say so. */
  readonly bytes: number;
  /** Further options of the volume driver. */
  readonly driverOptions: Readonly<Record<string, string>>;
}

/** The volume of each session: all that outlives its containers. */
export class SessionVolumes {
  constructor(
    private readonly docker: Docker,
    private readonly names: DockerNames,
    private readonly engine: DockerEngine,
    private readonly options: SessionVolumesOptions,
  ) {}

  /**
   * Makes it unless it is there, with what it holds. Answers the options of the driver it is made with.
   * @throws ContainerProviderError where somebody else's has its name
   */
  async ensure(sessionId: string): Promise<Readonly<Record<string, string>>> {
    const driverOptions = await this.driverOptions();
    const name = this.names.ofSession(sessionId);
    await this.docker.createVolume({
      Name: name,
      Driver: 'local',
      DriverOpts: { ...driverOptions },
      Labels: this.names.labelsOf(sessionId),
    });
    const { Labels: found } = await this.docker.getVolume(name).inspect();
    if (this.names.isOurs(found)) return driverOptions;
    const message = `The volume ${name} belongs to something else. Rename or remove it, then start the session again.`;
    throw new ContainerProviderError('rejected', message);
  }

  /** Removing an absent one, or one that is not ours, succeeds. */
  async remove(sessionId: string): Promise<void> {
    const volume = this.docker.getVolume(this.names.ofSession(sessionId));
    try {
      const { Labels: found } = await volume.inspect();
      if (!this.names.isOurs(found)) return;
      await volume.remove();
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  }

  private async driverOptions(): Promise<Readonly<Record<string, string>>> {
    const { bytes, driverOptions } = this.options;
    return (await this.engine.canSizeVolumes()) ? { size: String(bytes), ...driverOptions } : driverOptions;
  }
}
