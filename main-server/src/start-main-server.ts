import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { EnvironmentError, loadEnvFiles, StartupError } from '@codex-webapp/nest-kit';
import { Logger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.ts';
import { httpConfig } from './common/http.config.ts';
import { PublicOrigin } from './common/public-origin.ts';
import type { ServerDataSource } from './database/server-data-source.ts';
import { assertEnvironment } from './environment.ts';
import { configureHttpApp } from './http-app.ts';
import { SetupService } from './modules/auth/setup.service.ts';
import { RunningServer } from './server.ts';

/** Our own, then the one of the repository that Docker Compose reads too. What is set already stays. */
const envFiles = [new URL('../.env', import.meta.url), new URL('../../.env', import.meta.url)];

/** How long requests under way may take after a signal, before the process ends without them. */
const stopMaxMs = 10_000;

/** Runs until it is told to stop; a start that fails ends the process with a sentence. */
export async function startMainServer(): Promise<void> {
  try {
    stopOnSignal(await start());
  } catch (error) {
    fail(error);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function start(): Promise<RunningServer> {
  // Nothing we write is for other users of this machine.
  process.umask(0o077);
  loadEnvFiles(envFiles);
  assertEnvironment();
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    bodyParser: false,
    bufferLogs: true,
    // Nest would print the stack of what `fail` tells in a sentence.
    autoFlushLogs: false,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  app.flushLogs();
  const adapter = configureHttpApp(app, httpConfig().trustedProxies);
  const server = await RunningServer.start(app, adapter);
  // Nothing more is written to a file that is found damaged, nor read from it as if it were whole.
  void app.get<ServerDataSource>(DataSource).whenChecked.then((damage) => damage && fail(damage));
  const link = await app.get(SetupService, { strict: false }).findLink();
  say(`Codex WebApp is ready: ${app.get(PublicOrigin).app}`);
  if (link !== null) say(`There is no admin yet. Open this link once to make yours: ${link}`);
  return server;
}

function stopOnSignal(server: RunningServer): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    say(`Stopping (${signal}). Sessions keep running; their work is shown when the server is back.`);
    setTimeout(() => process.exit(1), stopMaxMs).unref();
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): never {
  const isExplained = error instanceof StartupError || error instanceof EnvironmentError;
  process.stderr.write(
    `${isExplained ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exit(1);
}
