import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PromptOutcomeResponse, PromptResponse } from '@codex-webapp/contracts';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { agentEntry } from './support/agent-entry.ts';
import { ask } from './support/ask.ts';
import { ServerProcess } from './support/server-process.ts';
import { findContainerPid, isAlive } from './support/session-process.ts';
import { StubRepository } from './support/stub-repository.ts';
import { waitFor } from './support/wait-for.ts';

const realProgram = pathToFileURL(path.resolve(import.meta.dirname, '../dist/main.js')).href;
const allParts = ['contracts', 'nest-kit', 'main-server', 'container-agent', 'session UI', 'web UI'];

describe('npm start, which builds what changed', () => {
  let repository: StubRepository;
  beforeEach(async () => {
    repository = new StubRepository("console.log('started');");
    expect((await repository.start()).built).toEqual(allParts);
  });
  afterEach(() => repository.remove());

  it('builds nothing a second time, though the compilers wrote among the sources', async () => {
    expect(repository.has('web/next-env.d.ts')).toBe(true);
    expect(repository.has('libs/contracts/tsconfig.build.tsbuildinfo')).toBe(true);
    const { built, output, errors, code } = await repository.start();
    expect({ built, output, errors, code }).toEqual({ built: [], output: 'started\n', errors: '', code: 0 });
  });

  it("builds nothing for what Next's development server, an editor and tests leave", async () => {
    repository.write('web/next-env.d.ts', 'import "./.next/dev/types/routes.d.ts";');
    for (const file of [
      'web/README.md',
      'web/.next/dev/trace',
      'web/lib/origin.spec.ts',
      'libs/contracts/fixtures/protocol-1/frames.json',
      'main-server/test/start.e2e-spec.ts',
      'container-agent/ui/gallery/main.tsx',
      'main-server/node_modules/package/index.js',
    ])
      repository.write(file, 'new');
    expect((await repository.start()).built).toEqual([]);
  });

  it.each([
    ['web/app/page.tsx', ['web UI']],
    ['container-agent/ui/src/main.js', ['session UI']],
    ['libs/ui/src/button.tsx', ['session UI', 'web UI']],
    ['main-server/src/new.js', ['main-server']],
    ['libs/nest-kit/src/main.js', ['nest-kit', 'main-server', 'container-agent']],
    ['libs/contracts/src/main.js', allParts],
    ['package-lock.json', allParts],
  ])('after a change of %s builds %j, once', async (file, parts) => {
    repository.write(file, file.endsWith('.json') ? '{ "packages": {}, "version": 2 }' : '// changed');
    expect((await repository.start()).built).toEqual(parts);
    expect((await repository.start()).built).toEqual([]);
  });

  it('builds what somebody deleted', async () => {
    rmSync(path.join(repository.folder, 'web/.next'), { recursive: true });
    expect((await repository.start()).built).toEqual(['web UI']);
  });

  it('says which part failed and why, and takes it for unbuilt until it is not', async () => {
    repository.write('web/app/page.tsx', 'a mistake');
    for (let time = 0; time < 2; time += 1) {
      const { code, errors, output } = await repository.start();
      expect([code, errors]).toEqual([
        1,
        'page.tsx:1: a mistake\n\nBuilding web UI failed; the lines above say why.\n',
      ]);
      expect(output).not.toContain('started');
    }
    repository.write('web/app/page.tsx', 'no longer');
    expect((await repository.start()).built).toEqual(['web UI']);
  });
});

describe('npm start, where it cannot start', () => {
  let repository: StubRepository;
  let folder: string;
  beforeAll(async () => {
    repository = new StubRepository(`await import(${JSON.stringify(realProgram)});`);
    folder = mkdtempSync(path.join(tmpdir(), 'cannot-start-'));
  });
  afterAll(() => {
    repository.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  async function start(env: Readonly<Record<string, string>> = {}) {
    const { code, output, errors } = await repository.start({
      HOME: folder,
      WEB_MODE: 'off',
      CONTAINER_PROVIDER: 'manual',
      DATABASE_PATH: path.join(folder, 'data/chat.db'),
      PORT: String(await findFreePort()),
      CONTAINER_PORT: String(await findFreePort()),
      ...env,
    });
    expect(output + errors).not.toMatch(/^\s+at /m);
    expect(output).not.toContain('is ready');
    return { code, errors };
  }

  async function takePort(): Promise<{ readonly port: string; readonly server: Server }> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: String((server.address() as AddressInfo).port), server };
  }

  it.each(['PORT', 'CONTAINER_PORT'])('says that %s is taken, and what to do', async (variable) => {
    const { port, server } = await takePort();
    try {
      expect(await start({ [variable]: port })).toEqual({
        code: 1,
        errors: `Port ${port} on 127.0.0.1 is taken: stop the program that uses it, or set ${variable} to another one.\n`,
      });
    } finally {
      server.close();
    }
  });

  it('says that the data folder cannot be written to, and what to do', async () => {
    // Root may write everywhere but where the kernel itself refuses.
    const isRoot = process.getuid?.() === 0;
    const parent = isRoot ? '/sys/kernel' : path.join(folder, 'locked');
    if (!isRoot) mkdirSync(parent, { mode: 0o500 });
    const data = path.join(parent, 'codex-webapp');
    const { code, errors } = await start({ DATABASE_PATH: path.join(data, 'chat.db') });
    expect(code).toBe(1);
    expect(errors.replace(/\((EACCES|EPERM|EROFS)\)/, '(code)')).toBe(
      `The data folder ${data} cannot be used (code): make it writable for this user, or set DATABASE_PATH to a file in another folder.\n`,
    );
  });

  it('says that another server uses the data folder, which goes on', async () => {
    await using other = await ServerProcess.start();
    expect(await start({ DATABASE_PATH: other.databasePath })).toEqual({
      code: 1,
      errors: `The data folder ${other.folder} is in use by another server: stop that one, or set DATABASE_PATH to a file in another folder.\n`,
    });
    expect(await other.readyStatus()).toBe(200);
  });

  it('says that the database is no file, and what to do', async () => {
    const database = path.join(folder, 'no-database');
    mkdirSync(path.join(database, 'chat.db'), { recursive: true });
    const file = path.join(database, 'chat.db');
    expect(await start({ DATABASE_PATH: file })).toEqual({
      code: 1,
      errors: `The database ${file} cannot be used (EISDIR): it has to be a file that this user may write. Or set DATABASE_PATH to another one.\n`,
    });
  });

  it('says of all variables at once what is wrong with them, and not what they hold', async () => {
    const { code, errors } = await start({
      PORT: 'eighty',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'canary-of-a-secret',
    });
    expect(code).toBe(1);
    const [title, ...problems] = errors.trimEnd().split('\n');
    expect(title).toBe('The environment is not usable:');
    expect(problems.map((problem) => /^ {2}- (\w+): \S.*$/.exec(problem)?.[1] ?? problem).sort()).toEqual([
      'JWT_SECRET',
      'LOG_LEVEL',
      'PORT',
    ]);
    expect(errors).not.toContain('canary');
  });

  it.each([
    ['[{"id":"my-agent"', 'AGENT_ENV_ACP_AGENTS: is not JSON'],
    ['[{"id":"my-agent","name":"My agent"}]', 'AGENT_ENV_ACP_AGENTS.0.command: is required'],
    [
      '[{"id":"codex","name":"My agent","command":"my-agent"}]',
      'AGENT_ENV_ACP_AGENTS.0.id: there is an agent "codex" already',
    ],
  ])('says what is wrong with an agent that is configured as %s', async (agents, sentence) => {
    expect(await start({ AGENT_ENV_ACP_AGENTS: agents })).toEqual({
      code: 1,
      errors: `The environment is not usable:\n  - ${sentence}\n`,
    });
  });
});

describe('npm start, after Ctrl-C', () => {
  let repository: StubRepository;
  beforeAll(() => {
    repository = new StubRepository(`await import(${JSON.stringify(realProgram)});`);
  });
  afterAll(() => repository.remove());

  it('says that sessions keep running, ends with 0, and they do: the next start finds them at work', async () => {
    await using server = await ServerProcess.start({
      entry: repository.startScript,
      hasOwnGroup: true,
      provider: 'process',
      env: { PROCESS_AGENT_ENTRY: agentEntry },
    });
    const { id } = await server.addSession({ agent: 'shell', permissionMode: 'full-auto' });
    expect((await ask(server, id, 'echo before')).items).toMatchObject([{ output: 'before\n' }]);
    const pid = findContainerPid(server, id) ?? 0;
    expect(isAlive(pid)).toBe(true);
    const flag = path.join(server.folder, 'go');
    const queued = await server.client.post(`/api/sessions/${id}/messages`, {
      text: `until [ -e ${flag} ]; do sleep 0.1; done; echo after`,
    });
    const prompt = `/api/sessions/${id}/prompts/${(queued.body as PromptResponse).id}`;
    const look = async () => (await server.client.get(prompt)).body as PromptOutcomeResponse & PromptResponse;
    await waitFor(async () => (await look()).status === 'started');

    server.output = '';
    server.interrupt();
    expect(await server.ended()).toBe(0);
    expect(server.output).toBe(
      'Stopping (SIGINT). Sessions keep running; their work is shown when the server is back.\n',
    );
    expect(isAlive(pid)).toBe(true);

    await server.start();
    writeFileSync(flag, '');
    await waitFor(async () => (await look()).message !== null);
    expect((await look()).message?.items).toMatchObject([{ output: 'after\n' }]);
    expect(findContainerPid(server, id)).toBe(pid);
  });
});
