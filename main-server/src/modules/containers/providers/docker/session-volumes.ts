import type Docker from 'dockerode';
import type { MountSettings } from 'dockerode';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type { DockerEngine } from './docker-engine.ts';
import type { DockerNames } from './docker-names.ts';
import { dataFolder } from './docker-template.ts';
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
   * Makes it unless it is there, with what it holds. Answers how it is mounted; should it be gone again before the
   * container is made, the engine makes the same one from that.
   * @throws ContainerProviderError where somebody else's has its name
   */
  async ensure(sessionId: string): Promise<MountSettings> {
    const name = this.names.ofSession(sessionId);
    const own = this.names.labelsOf(sessionId);
    const driver = { Name: 'local', Options: await this.driverOptions() };
    await this.docker.createVolume({
      Name: name,
      Driver: driver.Name,
      DriverOpts: driver.Options,
      Labels: own,
    });
    const { Labels: found } = await this.docker.getVolume(name).inspect();
    if (!this.names.isOurs(found)) {
      const message = `The volume ${name} belongs to something else. Rename or remove it, then start the session again.`;
      throw new ContainerProviderError('rejected', message);
    }
    const settings = { NoCopy: false, Labels: own, DriverConfig: driver };
    return { Type: 'volume', Source: name, Target: dataFolder, VolumeOptions: settings };
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

  private async driverOptions(): Promise<Record<string, string>> {
    const { bytes, driverOptions } = this.options;
    if (!(await this.engine.canSizeVolumes())) return { ...driverOptions };
    return { size: String(bytes), ...driverOptions };
  }
}
