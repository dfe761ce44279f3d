import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DeviceLoginResponse } from '@codex-webapp/contracts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

const standIn = path.resolve(import.meta.dirname, 'support/stand-in-setup-token.mjs');
const canary = 'canaryOfASetupToken9Qz';
const token = `sk-ant-oat01-${canary.repeat(4)}`;
const slowMs = 60_000;

jest.setTimeout(180_000);

/** The server as a process, with the stand-in of `claude setup-token` in another. */
describe('a device login', () => {
  let server: ServerProcess;

  beforeEach(async () => {
    server = await ServerProcess.start({
      provider: 'process',
      env: {
        LOG_LEVEL: 'trace',
        AGENT_ENV_CLAUDE_BIN: standIn,
        AGENT_ENV_STAND_IN_CODE: 'code',
        AGENT_ENV_STAND_IN_TOKEN: token,
      },
    });
  });
  afterEach(() => server[Symbol.asyncDispose]());

  const login = async () =>
    (await server.client.get('/api/credentials/claude/login')).body as DeviceLoginResponse;

  async function begin(): Promise<void> {
    await server.client.post('/api/credentials/claude/login');
    await waitFor(async () => (await login()).link !== null, slowMs);
  }

  const filesOf = (name: string): readonly string[] => {
    const folder = path.join(server.folder, name);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const isNothingLeft = (): boolean => [...filesOf('workspaces'), ...filesOf('containers')].length === 0;

  /** Processes of the login, by what they were started with. */
  const processes = (): readonly string[] =>
    readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOfLogin(pid, server.folder));

  it('whose server is killed ends at once, and the next process removes what it left', async () => {
    await begin();
    expect(processes().length).toBeGreaterThan(1);
    server.signal('SIGKILL');
    await server.ended();
    await waitFor(() => processes().length === 0, slowMs);
    expect(isNothingLeft()).toBe(false);
    await server.start();
    await waitFor(isNothingLeft, slowMs);
    expect(await login()).toMatchObject({ error: { code: 'device_login.not_found' } });
  });

  it('whose server is stopped in order leaves nothing', async () => {
    await begin();
    server.signal('SIGTERM');
    expect(await server.ended()).toBe(0);
    expect(processes()).toEqual([]);
    expect(isNothingLeft()).toBe(true);
    await server.start();
  });

  it('says its token to nobody: it is in no file, no log and no answer', async () => {
    await begin();
    let answers = '';
    await server.client.post('/api/credentials/claude/login/input', { text: 'code' });
    await waitFor(async () => {
      const { text, body } = await server.client.get('/api/credentials/claude/login');
      answers += text;
      return (body as DeviceLoginResponse).state === 'succeeded';
    }, slowMs);
    answers += (await server.client.get('/api/credentials')).text;
    const find = (where: string, content: string): readonly string[] =>
      spellings.filter((spelling) => content.includes(spelling)).map((spelling) => `${where}: ${spelling}`);
    const search = (): readonly string[] =>
      readdirSync(server.folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .flatMap((file) => find(file, readFileSync(file).toString('latin1')));
    await waitFor(isNothingLeft, slowMs);
    expect([...search(), ...find('an answer', answers), ...find('the log', server.output)]).toEqual([]);
    // The search itself finds something.
    await writeFile(path.join(server.folder, 'planted'), Buffer.from(`ab${token}`).toString('base64'));
    expect(search()).not.toEqual([]);
  });
});

const spellings = [
  canary,
  Buffer.from(canary).toString('hex'),
  // Wherever in a longer text it begins, one of the three is in its base64.
  ...[0, 1, 2].map((shift) => {
    const encoded = Buffer.from('x'.repeat(shift) + canary).toString('base64');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  }),
];

function isOfLogin(pid: string, folder: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    return environment.includes('STAND_IN_CODE=code') && environment.includes(`${folder}/workspaces/`);
  } catch {
    return false; // It has ended since it was listed.
  }
}
