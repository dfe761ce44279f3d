import { describe } from '@jest/globals';
import Docker from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { requestSlice } from '../support/crash-slice.ts';
import { describeProviderCrashes, type CrashWorld } from '../support/describe-provider-crashes.ts';
import { dockerOptions } from '../support/docker-world.ts';
import { makeDokploySetup, standingImage } from '../support/dokploy-setup.ts';
import { ScriptedEngine } from '../support/scripted-engine.ts';
import { waitFor } from '../support/wait-for.ts';

async function makeScriptedWorld(): Promise<CrashWorld> {
  const engine = new ScriptedEngine(() => false);
  const own = await engine.listen();
  const options = dockerOptions();
  return {
    backend: { port: own },
    makeProvider: (port) =>
      new DockerContainerProvider(new Docker({ host: '127.0.0.1', port: port ?? own }), options),
    // The router is of all sessions.
    count: () =>
      Promise.resolve({
        containers: [...engine.containers.values()].filter((made) => labels.session in made.labels).length,
        networks: [...engine.networks.values()].filter(({ Labels }) => labels.session in Labels).length,
        volumes: engine.volumes.size,
      }),
    ofStopped: { containers: 1, networks: 0 },
    dispose: () => engine.close(),
  };
}

async function makeDokployWorld(): Promise<CrashWorld> {
  const setup = await makeDokploySetup({ connection: { image: standingImage } });
  const { dokploy } = setup.simulator;
  return {
    backend: { port: Number(new URL(setup.simulator.url).port) },
    makeProvider: (port) =>
      setup.makeProvider(port === null ? {} : { connection: { baseUrl: `http://127.0.0.1:${port}` } }),
    count: async () => {
      await waitFor(() => dokploy.jobs().length === 0);
      return {
        containers: Math.max(dokploy.rows.applications.length, dokploy.engine(null).services.size),
        networks: dokploy.rows.networks.length,
        volumes: dokploy.engine(null).volumes.get('node-own')?.size ?? 0,
      };
    },
    ofStopped: { containers: 1, networks: 1 },
    dispose: () => setup.dispose(),
  };
}

describe('main-server killed between two requests to Docker', () => {
  describeProviderCrashes(makeScriptedWorld, { first: 0, step: 1 });
});

describe('main-server killed between two requests to Dokploy', () => {
  describeProviderCrashes(makeDokployWorld, requestSlice(4));
});
