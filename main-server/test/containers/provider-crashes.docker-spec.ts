import { beforeAll, describe } from '@jest/globals';
import Docker from 'dockerode';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { DockerContainerProvider } from '../../src/modules/containers/providers/docker/docker.provider.ts';
import { requestSlice } from '../support/crash-slice.ts';
import { describeProviderCrashes, type CrashWorld } from '../support/describe-provider-crashes.ts';
import {
  buildTestImage,
  describeWithDocker,
  docker,
  dockerOptions,
  removeInstallation,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';

function makeWorld(): Promise<CrashWorld> {
  const options = dockerOptions();
  const filters = { label: [`${labels.instance}=${options.instanceId}`, labels.session] };
  return Promise.resolve({
    backend: { socketPath: '/var/run/docker.sock' },
    makeProvider: (port) =>
      new DockerContainerProvider(port === null ? docker : new Docker({ host: '127.0.0.1', port }), options),
    count: async () => ({
      containers: (await docker.listContainers({ all: true, filters })).length,
      networks: (await docker.listNetworks({ filters })).length,
      volumes: (await docker.listVolumes({ filters })).Volumes.length,
    }),
    ofStopped: { containers: 1, networks: 0 },
    dispose: () => removeInstallation(options.instanceId),
  });
}

await describeWithDocker('main-server killed between two requests to the engine', () => {
  beforeAll(() => buildTestImage(testProgram), 5 * 60_000);

  describe('of Docker', () => {
    describeProviderCrashes(makeWorld, requestSlice(8));
  });
});
