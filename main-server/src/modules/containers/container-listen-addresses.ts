import { createServer } from 'node:net';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { containersConfig } from './containers.config.ts';
import { DockerContainerProvider } from './providers/docker/docker.provider.ts';

const loopback = '127.0.0.1';

/** Where the listener for containers has to be bound so that the containers of this machine reach it. */
@Injectable()
export class ContainerListenAddresses {
  private readonly logger = new Logger(ContainerListenAddresses.name);

  constructor(
    private readonly docker: DockerContainerProvider,
    @Inject(containersConfig.KEY) private readonly config: ConfigType<typeof containersConfig>,
  ) {}

  /** Loopback for processes, and this machine's address in the sessions' network where Docker answers. */
  async list(): Promise<readonly string[]> {
    const address = await this.findDockerAddress();
    return address === null ? [loopback] : [loopback, address];
  }

  private async findDockerAddress(): Promise<string | null> {
    if (!this.config.usesDocker || !(await this.docker.check()).isAvailable) return null;
    try {
      const address = await this.docker.hostAddress();
      if (address === null || (await isOurs(address))) return address;
      // Docker Desktop, or an engine on another machine: its gateway is no address of this one.
      this.logger.warn({
        msg: 'Containers cannot reach this machine at the gateway of their network. Set CONTAINER_HOST to an address to listen on and MAIN_APP_URL to where containers find it',
        gateway: address,
      });
      return null;
    } catch (error) {
      this.logger.warn({ msg: 'The network of the sessions could not be made', err: error });
      return null;
    }
  }
}

/** Asked by listening there: the system's list of interfaces leaves out a network that has no container yet. */
export function isOurs(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(0, address, () => probe.close(() => resolve(true)));
  });
}
