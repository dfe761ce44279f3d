import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ModuleMetadata, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import type { ApiTokenScope, SessionResponse, UserRole } from '@codex-webapp/contracts';
import { Clock } from '@codex-webapp/nest-kit';
import { Logger } from 'nestjs-pino';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app.module.ts';
import { httpConfig } from '../../src/common/http.config.ts';
import { PublicOrigin } from '../../src/common/public-origin.ts';
import { WriteQueue } from '../../src/database/write-queue.ts';
import { configureHttpApp } from '../../src/http-app.ts';
import { ApiTokensService } from '../../src/modules/auth/api-tokens.service.ts';
import { LoginCookie } from '../../src/modules/auth/login-cookie.ts';
import { LoginsService } from '../../src/modules/auth/logins.service.ts';
import { UsersService } from '../../src/modules/users/users.service.ts';
import { RunningServer } from '../../src/server.ts';
import { testPasswordHash } from '../factories/password.ts';
import { findFreePort } from '../../../tools/processes/free-port.mjs';
import { TestClient } from './test-client.ts';

export interface TestAppOptions {
  /** Variables beside those every test app gets. */
  readonly env?: Readonly<Record<string, string>>;
  /** What runs sessions; nothing does when absent. */
  readonly provider?: 'process' | 'docker' | 'dokploy' | 'manual';
  readonly clock?: Clock;
  /** A folder to keep: the app starts on what an earlier one left there, and leaves it. */
  readonly folder?: string;
  /** More modules, e.g. with a route made for the test. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

export interface TestUser {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly role: UserRole;
  /** The value of the cookie of a login of theirs. */
  readonly cookie: string;
  readonly loginId: string;
}

let userCount = 0;

/** The whole app on a real database in a folder of its own, listening on 127.0.0.1. `await using app = await createTestApp()`. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'codex-webapp-')));
  const restoreEnv = setEnv({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    HOST: '127.0.0.1',
    PORT: String(await findFreePort()),
    CONTAINER_HOST: '127.0.0.1',
    CONTAINER_PORT: String(await findFreePort()),
    DATABASE_PATH: path.join(folder, 'chat.db'),
    WEB_MODE: 'off',
    CONTAINER_PROVIDER: options.provider ?? 'manual',
    ...options.env,
  });
  try {
    let builder = Test.createTestingModule({ imports: [AppModule, ...(options.imports ?? [])] });
    if (options.clock) builder = builder.overrideProvider(Clock).useValue(options.clock);
    if (options.override) builder = options.override(builder);
    const module = await builder.compile();
    const nest = module.createNestApplication<NestExpressApplication>({
      bodyParser: false,
      bufferLogs: true,
    });
    nest.useLogger(nest.get(Logger));
    const adapter = configureHttpApp(nest, httpConfig().trustedProxies);
    const server = await RunningServer.start(nest, adapter);
    return new TestApp(nest, server, folder, options.folder === undefined, restoreEnv);
  } catch (error) {
    restoreEnv();
    throw error;
  }
}

export class TestApp {
  readonly url: string;
  /** Of the listener for containers. */
  readonly containerUrl: string;

  constructor(
    readonly nest: NestExpressApplication,
    readonly server: RunningServer,
    readonly folder: string,
    private readonly isFolderOurs: boolean,
    private readonly restoreEnv: () => void,
  ) {
    this.url = `http://127.0.0.1:${server.port}`;
    this.containerUrl = `http://127.0.0.1:${server.containerPort}`;
  }

  get<T>(type: { readonly prototype: T }): T {
    return this.nest.get(type as Type<T>, { strict: false });
  }

  /** What a browser's address bar shows, e.g. `http://localhost:34567`. */
  get origin(): string {
    return this.get(PublicOrigin).app;
  }

  get host(): string {
    return new URL(this.origin).host;
  }

  /** Reads the database. */
  query<T = Record<string, unknown>>(
    sql: string,
    parameters: readonly unknown[] = [],
  ): Promise<readonly T[]> {
    return this.get(DataSource).query(sql, [...parameters]);
  }

  /** A user with a login. An admin exists from the first one on. */
  async addUser({ role = 'user' }: { readonly role?: UserRole } = {}): Promise<TestUser> {
    const username = `user-${(userCount += 1)}`;
    const { password, passwordHash } = await testPasswordHash();
    return this.get(WriteQueue).run(async (manager) => {
      const user = await this.get(UsersService).insert(manager, { username, passwordHash, role });
      const { loginId, secret } = await this.get(LoginsService).start(manager, user, 'test');
      return { id: user.id, username, password, role, cookie: secret, loginId };
    });
  }

  addAdmin(): Promise<TestUser> {
    return this.addUser({ role: 'admin' });
  }

  /** The secret of a new API token. */
  async addToken(user: TestUser, scope: ApiTokenScope = 'full'): Promise<string> {
    const { id, username, role, loginId } = user;
    const auth = { id, username, role, via: 'login', loginId, tokenId: null, scope: 'full' } as const;
    return (await this.get(ApiTokensService).create(auth, { name: 'test', scope })).secret;
  }

  async addSession(user: TestUser, request: object = {}): Promise<SessionResponse> {
    const { status, body } = await this.as(user).post('/api/sessions', request);
    if (status !== 201) throw new Error(`No session: ${status} ${JSON.stringify(body)}`);
    return body as SessionResponse;
  }

  /** As that user's browser, on a page of the app. */
  as(user: Pick<TestUser, 'cookie'>): TestClient {
    return this.anonymous().with({
      cookie: `${this.get(LoginCookie).name}=${user.cookie}`,
      'sec-fetch-site': 'same-origin',
    });
  }

  /** As a script with a bearer token. */
  withToken(token: string): TestClient {
    return this.anonymous().with({ authorization: `Bearer ${token}` });
  }

  anonymous(): TestClient {
    return new TestClient(this.url, { host: this.host });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.server.stop();
    } finally {
      this.restoreEnv();
      if (this.isFolderOurs) await rm(this.folder, { recursive: true, force: true });
    }
  }
}

function setEnv(values: Readonly<Record<string, string>>): () => void {
  const before = new Map(Object.keys(values).map((name) => [name, process.env[name]]));
  Object.assign(process.env, values);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
