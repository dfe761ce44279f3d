import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../../src/app.module.ts';
import { configureHttpApp } from '../../src/http-app.ts';
import { LocalAccess } from '../../src/local-page/local-access.ts';
import { MainLinkService } from '../../src/main-link/main-link.service.ts';
import { Outbox } from '../../src/main-link/outbox.ts';
import { sessionConfig, readSessionConfig } from '../../src/session.config.ts';
import { ScriptedMainServer } from './scripted-main-server.ts';

export interface AgentQuestion {
  readonly method: string;
  /** As it goes into the request line. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** container-agent in this process, so that its own route list can be read and added to. */
export class AgentApp implements AsyncDisposable {
  private constructor(
    readonly nest: NestExpressApplication,
    readonly main: ScriptedMainServer,
    private readonly folder: string,
  ) {}

  static async start(imports: NonNullable<ModuleMetadata['imports']> = []): Promise<AgentApp> {
    const folder = mkdtempSync(path.join(tmpdir(), 'agent-app-'));
    const main = new ScriptedMainServer(`session-${randomUUID()}`, 'token-1');
    await main.start();
    const config = readSessionConfig({
      SESSION_ID: main.sessionId,
      SESSION_TOKEN: main.token,
      MAIN_APP_URL: main.url,
      WORKSPACE_PATH: path.join(folder, 'workspace'),
      AGENT_HOME: path.join(folder, 'home'),
    });
    for (const each of [config.workspacePath, config.homePath]) mkdirSync(each, { recursive: true });
    const module = await Test.createTestingModule({ imports: [AppModule, ...imports] })
      .overrideProvider(sessionConfig.KEY)
      .useValue(config)
      .compile();
    const nest = module.createNestApplication<NestExpressApplication>({ bodyParser: false, logger: false });
    configureHttpApp(nest);
    await nest.listen(0, '127.0.0.1');
    return new AgentApp(nest, main, folder);
  }

  get workspace(): string {
    return path.join(this.folder, 'workspace');
  }

  get home(): string {
    return path.join(this.folder, 'home');
  }

  get host(): string {
    return `localhost:${this.port}`;
  }

  /** The cookie of the browser that opened the printed link. */
  enterLocally(): string {
    const access = this.nest.get(LocalAccess, { strict: false });
    const token = new URL(access.linkPath, 'http://localhost').searchParams.get('token') ?? '';
    return access.redeem(token)?.split(';')[0] ?? '';
  }

  ask({ method, path: target, headers = {}, body }: AgentQuestion): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port: this.port, method, path: target, headers });
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.nest.get(MainLinkService, { strict: false }).close(0);
    await this.nest.get(Outbox, { strict: false }).close();
    await this.nest.close();
    await this.main.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get port(): number {
    return (this.nest.getHttpServer().address() as AddressInfo).port;
  }
}
