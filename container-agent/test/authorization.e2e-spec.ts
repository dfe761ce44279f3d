import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deriveFrontDoorKey,
  frontDoorHeader,
  frontDoorToleranceMs,
  listRouteHandlers,
  signFrontDoorRequest,
  type PathWsServer,
  type ProvenRequest,
} from '@codex-webapp/nest-kit';
import { listGatewayPaths } from '@codex-webapp/nest-kit/testing';
import { WithoutProof, withoutProofKey } from '../src/common/front-door.guard.ts';
import { AgentApp } from './support/create-agent-app.ts';

/** The only routes that answer without proof. A new one must be added here by hand. */
const openRoutes = ['GET /', 'GET /assets/:name', 'GET /health', 'GET /local/enter'];

/** All that can be upgraded. A new one must be added here by hand. */
const knownSockets = ['/api/terminals/:terminalId/socket'];
const plantedSocket = '/api/planted/socket';

/** Valid requests, so that a refusal is about who asks and not about what. */
const bodies: Readonly<Record<string, object>> = {
  MessagesController_queue: { text: 'echo intruder > intruder' },
  TerminalsController_create: { cols: 80, rows: 24 },
  WorkspaceFilesController_write: { content: 'intruder' },
};

/** What a route cannot do without. */
const questions: Readonly<Record<string, string>> = { WorkspaceSearchController_search: '?q=x' };

interface Route extends ProvenRequest {
  readonly name: string;
  readonly isOpen: boolean;
  readonly body?: string;
}

/** One column of the table: a way to come without the right to. */
interface Intruder {
  readonly name: string;
  headers(route: Route): Readonly<Record<string, string>>;
}

@Controller('api/planted')
class PlantedController {
  @Get()
  guarded(): object {
    return {};
  }

  @WithoutProof()
  @Post()
  open(): object {
    return {};
  }
}

@WebSocketGateway({ path: plantedSocket })
class PlantedGateway implements OnGatewayInit<PathWsServer> {
  afterInit(server: PathWsServer): void {
    server.authorizeWith(() => Promise.resolve({}));
  }
}

@Module({ controllers: [PlantedController], providers: [PlantedGateway] })
class PlantedModule {}

let app: AgentApp;
let intruders: readonly Intruder[];

function listRoutes(): readonly Route[] {
  return listRouteHandlers(app.nest).map(({ method, path: pattern, handler, controller, operationId }) => {
    const body = bodies[operationId];
    return {
      name: `${method} ${pattern}`,
      method,
      path: pattern.replace('*path', 'kept.txt') + (questions[operationId] ?? ''),
      isOpen: [handler, controller].some((one) => Reflect.getMetadata(withoutProofKey, one) === true),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  });
}

function proofBy(token: string, request: ProvenRequest, at = Date.now()): Record<string, string> {
  return { [frontDoorHeader]: signFrontDoorRequest(deriveFrontDoorKey(token), request, at) };
}

/** What is in the workspace, and what main-server was asked to do. */
function hashEffects(): string {
  const hash = createHash('sha256').update(JSON.stringify(app.main.posts));
  for (const name of readdirSync(app.workspace, { recursive: true, encoding: 'utf8' }).sort()) {
    const file = path.join(app.workspace, name);
    hash.update(name).update(statSync(file).isFile() ? readFileSync(file) : '');
  }
  return hash.digest('hex');
}

/** Tries a route in every way; what it returns is what went wrong. */
async function checkRoute(route: Route, ways: readonly Intruder[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const way of ways) {
    const before = hashEffects();
    const headers = {
      ...(route.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...way.headers(route),
    };
    const status = await app.ask({ ...route, headers });
    if (status !== 401) problems.push(`${route.name} × ${way.name}: ${status} instead of 401`);
    if (hashEffects() !== before) problems.push(`${route.name} × ${way.name}: something changed`);
  }
  return problems;
}

const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The same for a socket: a refusal comes before any 101. */
async function checkSocket(pattern: string, ways: readonly Intruder[]): Promise<readonly string[]> {
  const problems: string[] = [];
  const target = pattern.replace(/:\w+/, 'some');
  for (const way of ways) {
    const headers = {
      ...upgrade,
      ...way.headers({ name: pattern, method: 'GET', path: target, isOpen: false }),
    };
    const status = await app.ask({ method: 'GET', path: target, headers });
    if (status !== 401) problems.push(`${pattern} × ${way.name}: ${status} instead of 401`);
  }
  return problems;
}

beforeAll(async () => {
  app = await AgentApp.start([PlantedModule]);
  writeFileSync(path.join(app.workspace, 'kept.txt'), 'kept');
  execFileSync('git', ['init', '-q'], { cwd: app.workspace });
  const { token } = app.main;
  const cookie = app.enterLocally();
  const local = { cookie, host: app.host };
  intruders = [
    { name: 'no proof', headers: () => ({}) },
    { name: 'a proof that is none', headers: () => ({ [frontDoorHeader]: 'v1;1;x' }) },
    { name: 'a proof by another key', headers: (route) => proofBy('another token', route) },
    {
      name: 'a stale proof',
      headers: (route) => proofBy(token, route, Date.now() - frontDoorToleranceMs - 1_000),
    },
    {
      name: 'a proof of times to come',
      headers: (route) => proofBy(token, route, Date.now() + frontDoorToleranceMs + 5_000),
    },
    {
      name: 'a proof for another path',
      headers: ({ method, path: own }) => proofBy(token, { method, path: `${own}?path=` }),
    },
    {
      name: 'a proof for another method',
      headers: ({ path: own }) => proofBy(token, { method: 'OPTIONS', path: own }),
    },
    { name: 'the session token itself', headers: () => ({ authorization: `Bearer ${token}` }) },
    { name: 'the session token as proof', headers: () => ({ [frontDoorHeader]: token }) },
    {
      name: 'the cookie of main-server',
      headers: () => ({ cookie: 'codex-webapp-login=x', host: app.host }),
    },
    {
      name: 'the cookie of another session run by hand',
      headers: () => ({ ...local, cookie: cookie.replace(app.main.sessionId, `session-${randomUUID()}`) }),
    },
    { name: 'a local cookie nobody issued', headers: () => ({ ...local, cookie: `${cookie}x` }) },
    ...['cross-site', 'same-site', 'none'].map((site) => ({
      name: `the local cookie from a ${site} page`,
      headers: () => ({ ...local, 'sec-fetch-site': site }),
    })),
    {
      name: 'the local cookie with a foreign Origin',
      headers: () => ({ ...local, origin: 'http://localhost:1' }),
    },
    { name: 'the local cookie under a foreign Host', headers: () => ({ ...local, host: 'evil.example' }) },
  ];
});
afterAll(() => app[Symbol.asyncDispose]());

const isPlanted = ({ path: own }: Route): boolean => own.startsWith('/api/planted');

describe('the authorization table of container-agent', () => {
  it('knows every open route by name', () => {
    const open = listRoutes().filter((route) => route.isOpen && !isPlanted(route));
    expect(open.map(({ name }) => name).sort()).toEqual(openRoutes);
  });

  it('refuses every intruder at every other route, and nothing is changed', async () => {
    const guarded = listRoutes().filter(({ isOpen }) => !isOpen);
    expect(guarded.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'GET /api/messages',
        'POST /api/messages',
        'GET /api/workspace/files',
        'GET /api/workspace/files/*path',
        'PUT /api/workspace/files/*path',
        'POST /api/terminals',
        'DELETE /api/terminals/:terminalId',
        'GET /api/ports',
        'GET /api/git/diff',
        'GET /api/workspace/search',
      ]),
    );
    const problems: string[] = [];
    for (const route of guarded) problems.push(...(await checkRoute(route, intruders)));
    expect(problems).toEqual([]);
  });

  it('lets the front door and the local page in: it does not pass because nothing works', async () => {
    const guarded = listRoutes().filter(({ isOpen, method }) => !isOpen && method === 'GET');
    const cookie = app.enterLocally();
    for (const route of guarded) {
      const proven = await app.ask({ ...route, headers: proofBy(app.main.token, route) });
      const local = await app.ask({
        ...route,
        headers: { cookie, host: app.host, 'sec-fetch-site': 'same-origin' },
      });
      expect([route.name, proven, local]).toEqual([route.name, 200, 200]);
    }
  });

  it('knows every socket by name', () => {
    expect(listGatewayPaths(app.nest).filter((own) => own !== plantedSocket)).toEqual(knownSockets);
  });

  it('refuses every intruder at every socket that there is', async () => {
    const problems: string[] = [];
    for (const socket of listGatewayPaths(app.nest))
      if (socket !== plantedSocket) problems.push(...(await checkSocket(socket, intruders)));
    expect(problems).toEqual([]);
  });

  it('upgrades nobody at all but to a terminal', async () => {
    for (const target of [
      '/',
      `/ws/sessions/${app.main.sessionId}`,
      '/api/workspace/files',
      '/api/terminals',
      // One that is not there: who comes with a proof is told so.
      '/api/terminals/some/socket',
    ]) {
      const proof = proofBy(app.main.token, { method: 'GET', path: target });
      const proven = await app.ask({ method: 'GET', path: target, headers: { ...upgrade, ...proof } });
      expect([target, proven]).toEqual([target, 404]);
    }
  });
});

describe('the table itself', () => {
  it('turns red for a route without a guard', async () => {
    const planted = listRoutes().find(({ name }) => name === 'POST /api/planted');
    if (!planted) throw new Error('The planted route is not in the list.');
    expect([planted.isOpen, openRoutes]).toEqual([true, expect.not.arrayContaining([planted.name])]);
    expect(await checkRoute(planted, intruders.slice(0, 1))).toEqual([
      'POST /api/planted × no proof: 201 instead of 401',
    ]);
  });

  it('turns red for a socket without a guard', async () => {
    expect(knownSockets).not.toContain(plantedSocket);
    expect(listGatewayPaths(app.nest)).toContain(plantedSocket);
    expect(await checkSocket(plantedSocket, intruders)).toEqual(
      intruders.map(({ name }) => `${plantedSocket} × ${name}: 101 instead of 401`),
    );
  });

  it('turns red when a refused request changes the workspace', async () => {
    const [route] = listRoutes();
    if (!route) throw new Error('There is no route.');
    const sneaky: Intruder = {
      name: 'somebody',
      headers: () => {
        writeFileSync(path.join(app.workspace, 'planted.txt'), 'planted');
        return {};
      },
    };
    expect(await checkRoute(route, [sneaky])).toContain(`${route.name} × somebody: something changed`);
  });
});
