import { ConsoleLogger, Logger } from '@nestjs/common';
import { EnvironmentError, StartupError } from '@codex-webapp/nest-kit';
import { connectEngine } from '../providers/docker/connect-engine.ts';
import { dockerConfig } from '../providers/docker/docker.config.ts';
import { ProvisionerInstance } from './provisioner-instance.ts';
import { ProvisionerServer } from './provisioner-server.ts';
import { provisionerConfig } from './provisioner.config.ts';

/** Runs until it is told to stop. Sessions go on without it; it only makes and ends them. */
export async function startProvisioner(): Promise<void> {
  process.umask(0o077);
  Logger.overrideLogger(new ConsoleLogger({ json: true, logLevels: ['log', 'warn', 'error', 'fatal'] }));
  try {
    const server = await start();
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => void server.close().then(() => process.exit(0)));
  } catch (error) {
    const isExplained = error instanceof StartupError || error instanceof EnvironmentError;
    process.stderr.write(`${isExplained ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

async function start(): Promise<ProvisionerServer> {
  const { socketPath, dataFolder } = provisionerConfig();
  const docker = dockerConfig();
  if (socketPath === null) throw new StartupError('PROVISIONER_SOCKET is not set: where should it listen?');
  const server = new ProvisionerServer(new ProvisionerInstance(dataFolder), (instanceId) =>
    connectEngine(docker, instanceId),
  );
  await server.listen(socketPath);
  new Logger('Provisioner').log({ msg: 'The provisioner listens', socketPath });
  return server;
}
