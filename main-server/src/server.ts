import type { Server } from 'node:http';
import { type ConfigType } from '@nestjs/config';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { PathWsAdapter } from '@codex-webapp/nest-kit';
import { httpConfig } from './common/http.config.ts';
import { PublicOrigin } from './common/public-origin.ts';
import { closeConnections, WorkUnderWay } from './common/work-under-way.ts';
import { FrontDoorService } from './modules/front-door/front-door.service.ts';
import { ContainerListenAddresses } from './modules/containers/container-listen-addresses.ts';
import { createContainerServer, listen } from './server-listeners.ts';

/** How long requests under way may take after the order to stop; well below the end of the process. */
const answersMaxMs = 5_000;

/** Both listeners of a running app. */
export class RunningServer {
  private constructor(
    readonly port: number,
    readonly containerPort: number,
    private readonly containerServers: readonly Server[],
    private readonly app: NestExpressApplication,
    private readonly adapter: PathWsAdapter,
  ) {}

  /** @throws StartupError when an address cannot be used */
  static async start(app: NestExpressApplication, adapter: PathWsAdapter): Promise<RunningServer> {
    const config = app.get<ConfigType<typeof httpConfig>>(httpConfig.KEY);
    const frontDoor = app.get(FrontDoorService);
    frontDoor.attach(app.getHttpServer());
    await app.init();
    const servers: Server[] = [];
    try {
      let containerPort = config.containerPort;
      for (const host of await containerHosts(app, config.containerHost)) {
        const server = createContainerServer(app, adapter);
        frontDoor.attachContainers(server);
        servers.push(server);
        ({ port: containerPort } = await listen(server, { host, port: containerPort }, 'CONTAINER_PORT'));
      }
      const publicServer: Server = app.getHttpServer();
      const { port } = await listen(publicServer, config, 'PORT');
      app.get(PublicOrigin).listeningOn(port);
      return new RunningServer(port, containerPort, servers, app, adapter);
    } catch (error) {
      for (const server of servers) server.close();
      await app.close();
      throw error;
    }
  }

  /** Not ready at once; resolves when everything accepted is answered or closed, and written. */
  async stop(): Promise<void> {
    const work = this.app.get(WorkUnderWay);
    work.stopAccepting();
    this.adapter.stopAccepting();
    // Until then the listeners stay, so that who asks is told to come back and by whom.
    await work.finished(answersMaxMs);
    const closed = this.containerServers.map(
      (server) =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    );
    closeConnections([this.app.getHttpServer()]);
    await this.app.close();
    closeConnections(this.containerServers);
    await Promise.all(closed);
  }
}

/** Neither loopback nor the sessions' network is reachable from another machine. */
function containerHosts(
  app: NestExpressApplication,
  configured: string | null,
): Promise<readonly string[]> | readonly string[] {
  return configured === null ? app.get(ContainerListenAddresses, { strict: false }).list() : [configured];
}
