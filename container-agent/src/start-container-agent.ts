import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EnvironmentError, loadEnvFiles } from '@codex-webapp/nest-kit';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger as PinoLogger } from 'nestjs-pino';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { agentEnvironmentConfig } from './agents/agents.config.ts';
import { AppModule } from './app.module.ts';
import { writeAuthFiles } from './auth-files/write-auth-files.ts';
import { findDeviceLogin } from './device-login/device-login.config.ts';
import { runDeviceLogin } from './device-login/run-device-login.ts';
import { decodeEnvironment } from './encoded-values.config.ts';
import { configureHttpApp } from './http-app.ts';
import { LocalPageFiles } from './local-page/local-page-files.ts';
import { MainLinkService } from './main-link/main-link.service.ts';
import { Outbox } from './main-link/outbox.ts';
import { ReverseTunnel } from './main-link/reverse-tunnel.ts';
import { isRunByHand, sessionConfig, type SessionConfig } from './session.config.ts';
import { WorkspacePreparation } from './preparation/workspace-preparation.service.ts';
import { TurnService } from './turns/turn.service.ts';

/** The token is of no use any more: nothing a restart would change. */
const exitRefused = 77;
const flushMs = 3_000;
/** What promises ten seconds to whoever stops us. */
const stopDeadlineMs = 9_500;

/** Runs until it is told to stop. */
export async function startContainerAgent(): Promise<void> {
  // What agents create is as open as in any shell; our own files are made with modes of their own.
  process.umask(0o022);
  if (isRunByHand()) loadEnvFiles([new URL('../.env', import.meta.url)]);
  const deviceLogin = findDeviceLogin();
  if (deviceLogin !== null) return runDeviceLogin(deviceLogin, agentEnvironmentConfig());
  const app = await createApp();
  const config = app.get<SessionConfig>(sessionConfig.KEY);
  const logger = new Logger('ContainerAgent');
  await app.listen(config.port, config.host);
  const agentServer: Server = app.getHttpServer();
  const { port } = agentServer.address() as AddressInfo;
  app.get(ReverseTunnel).start({ ...config, agentServer });
  app.get(LocalPageFiles).begin(port);
  logger.log({ msg: 'Listening', host: config.host, port });

  let stopping: Promise<void> | null = null;
  const stopOnce = (exitCode: number): void => {
    stopping ??= stop(app, exitCode, logger);
  };
  process.on('SIGTERM', () => stopOnce(0));
  process.on('SIGINT', () => stopOnce(0));
  void app.get(MainLinkService).gaveUp.then(() => stopOnce(exitRefused));
}

async function createApp(): Promise<NestExpressApplication> {
  try {
    decodeEnvironment();
    const config = sessionConfig();
    writeAuthFiles(agentEnvironmentConfig(), config);
    mkdirSync(config.workspacePath, { recursive: true });
    const app = await NestFactory.create<NestExpressApplication>(AppModule, {
      bodyParser: false,
      bufferLogs: true,
      abortOnError: false,
    });
    app.useLogger(app.get(PinoLogger));
    configureHttpApp(app);
    return app;
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** Ends the agents, says how their turns ended, waits until main-server has heard it, and exits. */
async function stop(app: NestExpressApplication, exitCode: number, logger: Logger): Promise<void> {
  setTimeout(() => process.exit(exitCode || 1), stopDeadlineMs).unref();
  logger.log('Stopping');
  try {
    await Promise.all([app.get(TurnService).stop(), app.get(WorkspacePreparation).stop()]);
    await app.get(MainLinkService).close(flushMs);
    await app.get(Outbox).close();
    await app.close();
  } catch (error) {
    logger.error({ msg: 'Could not stop in order', err: error });
  }
  process.exit(exitCode);
}
