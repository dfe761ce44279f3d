import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import type { PreparationReport } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { describeWith } from './support/describe-with.ts';
import { makeSshKey, sshd, type SshKey, SshServer } from './support/ssh-server.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(150_000);

const deadlineMs = 60_000;
const programs = fileURLToPath(new URL('..', import.meta.url));

const describeWithSshd = describeWith('sshd', sshd !== null, 'The package openssh-server has it.');

describeWithSshd('the preparation of a workspace, over ssh', () => {
  let ssh: SshServer;
  let agent: AgentProcess;
  let key: SshKey;
  let anotherKey: SshKey;

  beforeAll(() => {
    key = makeSshKey();
    anotherKey = makeSshKey();
  });
  beforeEach(async () => {
    ssh = await SshServer.start();
    ssh.letIn(key);
    agent = await AgentProcess.start(asInItsImage());
  });
  afterEach(async () => {
    await agent[Symbol.asyncDispose]();
    await ssh[Symbol.asyncDispose]();
  });

  /** The image has the program on its PATH, and in git's own configuration. */
  const asInItsImage = (): Record<string, string> => ({
    PATH: `${programs}:${process.env['PATH']}`,
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'core.sshCommand',
    // By its path: a login shell sets a PATH of its own.
    GIT_CONFIG_VALUE_0: path.join(programs, 'git-ssh-session'),
    GIT_CONFIG_KEY_1: 'ssh.variant',
    GIT_CONFIG_VALUE_1: 'ssh',
  });
  async function runAgain(variables: Readonly<Record<string, string>>): Promise<void> {
    await agent.kill();
    const hellos = agent.main.hellos.length;
    await agent.run(variables);
    await waitFor(() => agent.main.hellos.length > hellos, deadlineMs, 'the link');
  }
  const inWorkspace = (...names: string[]) => path.join(agent.workspace, ...names);
  const giveVariables = (variables: Readonly<Record<string, string>>): void => {
    const environment = Object.entries(variables).map(([name, value]) => ({ name, value }));
    agent.main.settings = { status: 200, body: { environment, mcpServers: [], problems: [] } };
    agent.main.send({ type: 'agent_settings.changed' });
  };
  const isOver = ({ steps }: PreparationReport): boolean =>
    steps.every(({ state }) => state === 'done') || steps.some(({ state }) => state === 'failed');

  async function clone({
    attempt = 1,
    script = null as string | null,
    url = ssh.url,
    branch = null as string | null,
  } = {}): Promise<PreparationReport & { readonly said: string }> {
    const repository = { url, branch, isShallow: false };
    agent.main.send({ type: 'workspace.prepare', attempt, repository, script });
    const find = () => agent.main.preparations.find((one) => one.attempt === attempt && isOver(one));
    await waitFor(() => find() !== undefined, deadlineMs, `the end of attempt ${attempt}`);
    const report = find() as PreparationReport;
    return { ...report, said: report.steps.map(({ name, state }) => `${name} ${state}`).join(', ') };
  }
  /** That nothing is left of the key, however its lines are broken. */
  function expectNothingOf({ privateKey }: SshKey): void {
    const said = [agent.output, JSON.stringify([agent.main.preparations, agent.main.events])];
    const files = listFiles(agent.folder);
    expect(files.length).toBeGreaterThan(3);
    for (const text of [...said, ...[...files, ...listFilesInMemory()].map(readText)])
      for (const secret of secretsOf(privateKey))
        expect(text.replaceAll(/\s|\\[nr]/g, '')).not.toContain(secret);
  }

  it('logs in with the key of the session, and writes it nowhere', async () => {
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    const script =
      'git fetch && git config --list --show-origin > told && GIT_TRACE=1 git ls-remote 2> traced';
    const report = await clone({ script });
    expect([report.said, report.reason]).toEqual(['clone done, script done', null]);
    expect(readFileSync(inWorkspace('README.md'), 'utf8')).toBe('second\n');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: agent.workspace, encoding: 'utf8' });
    expect(git('remote', 'get-url', 'origin').trim()).toBe(ssh.url);
    expect(readFileSync(inWorkspace('.git', 'config'), 'utf8')).not.toMatch(/sshCommand|\[ssh/i);
    expect(
      ssh.log.match(new RegExp(`Accepted publickey .* ${escapeForRegExp(key.fingerprint)}`, 'g')),
    ).toHaveLength(3);
    const log = (await (await agent.fetch('/api/preparation/log')).json()) as { text: string };
    expect(log.text).toContain(`The key of GIT_SSH_KEY is ${key.fingerprint}.`);
    expectNothingOf(key);
  });

  it('logs in for what agents run, too', async () => {
    giveVariables({ GIT_SSH_KEY: Buffer.from(key.privateKey).toString('base64') });
    agent.main.deliver('p1', `git ls-remote ${ssh.url} next | cut -f 2`);
    const events = await agent.main.whenEnded(turnOf('p1'), deadlineMs);
    const output = events.map((event) => (event.type === 'tool.delta' ? event.text : '')).join('');
    expect(output).toContain('refs/heads/next');
    expectNothingOf(key);
  });

  it('says that a key is missing', async () => {
    const { said, reason } = await clone();
    expect([said, reason]).toEqual(['clone failed', expect.stringMatching(/wants an ssh key.*GIT_SSH_KEY/)]);
    expect(ssh.log).not.toContain('Accepted');
  });

  it('says that the key is refused', async () => {
    giveVariables({ GIT_SSH_KEY: anotherKey.privateKey });
    const { reason, tail } = await clone();
    expect(reason).toMatch(/refuses the key of GIT_SSH_KEY/);
    expect(tail).toContain(anotherKey.fingerprint);
    expectNothingOf(anotherKey);
  });

  it('says that the key has a passphrase, and asks nobody for it nor the server for anything', async () => {
    const locked = makeSshKey('-N', 'open sesame');
    ssh.letIn(locked);
    giveVariables({ GIT_SSH_KEY: locked.privateKey });
    expect((await clone()).reason).toMatch(/^GIT_SSH_KEY has a passphrase/);
    expect(ssh.connections).toBe(0);
    expectNothingOf(locked);
  });

  it('says what is wrong with a key that is none', async () => {
    giveVariables({ GIT_SSH_KEY: key.privateKey.slice(0, 200) });
    expect((await clone()).reason).toMatch(/^GIT_SSH_KEY is cut off/);
  });

  it('remembers a host in HOME, and refuses another that answers in its place', async () => {
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    expect((await clone()).said).toBe('clone done');
    const knownHosts = path.join(agent.home, '.ssh', 'known_hosts');
    expect(readFileSync(knownHosts, 'utf8')).not.toBe('');
    ssh.changeHostKey();
    for (const name of readdirSync(agent.workspace)) rmSync(inWorkspace(name), { recursive: true });
    rmSync(path.join(agent.folder, '.workspace-state', 'preparation'), { recursive: true });
    const accepted = ssh.log.split('Accepted').length;
    expect((await clone({ attempt: 2 })).reason).toMatch(/another host key than it did before/);
    expect(ssh.log.split('Accepted')).toHaveLength(accepted);
    rmSync(knownHosts);
    expect((await clone({ attempt: 3 })).said).toBe('clone done');
  });

  it('trusts the hosts that are given, and no others', async () => {
    const givenKey = { GIT_SSH_KEY: key.privateKey };
    giveVariables({ ...givenKey, GIT_SSH_KNOWN_HOSTS: ssh.knownHostFrom('127.0.0.2') });
    expect((await clone()).reason).toMatch(/GIT_SSH_KNOWN_HOSTS has no line/);
    giveVariables({ ...givenKey, GIT_SSH_KNOWN_HOSTS: ssh.knownHostFrom('127.0.0.1') });
    ssh.changeHostKey();
    expect((await clone({ attempt: 2 })).reason).toMatch(/another host key than GIT_SSH_KNOWN_HOSTS/);
    expect(ssh.log).not.toContain('Accepted');
    const lines = ['# ours', ssh.knownHostFrom('127.0.0.2'), ssh.knownHostFrom('127.0.0.1'), ''];
    giveVariables({ ...givenKey, GIT_SSH_KNOWN_HOSTS: lines.join('\r\n') });
    expect((await clone({ attempt: 3 })).said).toBe('clone done');
    expect(existsSync(path.join(agent.home, '.ssh', 'known_hosts'))).toBe(false);
  });

  it('is led by none of the variables that tell git and ssh what to run', async () => {
    const spy = path.join(agent.folder, 'spy.sh');
    writeFileSync(spy, `#!/bin/sh\ntouch ${path.join(agent.folder, 'spied')}\nexit 1\n`, { mode: 0o755 });
    giveVariables({
      GIT_SSH_KEY: key.privateKey,
      GIT_SSH: spy,
      GIT_SSH_COMMAND: spy,
      GIT_SSH_VARIANT: 'simple',
      GIT_PROXY_COMMAND: spy,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.sshCommand',
      GIT_CONFIG_VALUE_0: spy,
      SSH_ASKPASS: spy,
      SSH_ASKPASS_REQUIRE: 'force',
      SSH_AUTH_SOCK: spy,
      DISPLAY: ':0',
    });
    expect((await clone()).said).toBe('clone done');
    expect(existsSync(path.join(agent.folder, 'spied'))).toBe(false);
  });

  it('has the keys in ~/.ssh of the session where none is given', async () => {
    mkdirSync(path.join(agent.home, '.ssh'), { mode: 0o700 });
    writeFileSync(path.join(agent.home, '.ssh', 'id_ed25519'), key.privateKey, { mode: 0o600 });
    expect((await clone()).said).toBe('clone done');
  });

  it('says that there is no such repository, and that nobody answers', async () => {
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    expect((await clone({ url: ssh.url.replace('app.git', 'none.git') })).reason).toMatch(/no repository/);
    const closed = ssh.url.replace(`:${ssh.port}`, ':1');
    expect((await clone({ attempt: 2, url: closed })).reason).toMatch(/cannot be reached/);
    const nowhere = ssh.url.replace('127.0.0.1', 'git.invalid');
    expect((await clone({ attempt: 3, url: nowhere })).reason).toMatch(/host of the address is not known/);
  });

  it('gives up on a server that says nothing when its user goes on without', async () => {
    ssh.isStuck = true;
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    const repository = { url: ssh.url, branch: null, isShallow: false };
    agent.main.send({ type: 'workspace.prepare', attempt: 1, repository, script: null });
    await waitFor(() => ssh.connections > 0, deadlineMs, 'the connection');
    agent.main.send({ type: 'workspace.prepare', attempt: 2, repository: null, script: null });
    await waitFor(() => agent.main.preparations.some(({ attempt }) => attempt === 2), deadlineMs, 'the end');
    expect(readdirSync(agent.workspace)).toEqual([]);
    expectNothingOf(key);
  });

  it('says outside of its image that the key has no effect there', async () => {
    await runAgain({});
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    const { reason, tail } = await clone();
    expect(reason).toMatch(/none of the ssh keys of the machine/);
    expect(tail).toContain('GIT_SSH_KEY has no effect outside the image');
    expectNothingOf(key);
  });

  it('leaves nothing of the key when git ends before ssh does', async () => {
    const bin = path.join(agent.folder, 'bin');
    mkdirSync(bin);
    const real = execFileSync('which', ['ssh'], { encoding: 'utf8' }).trim();
    // Far servers take this long to say goodbye.
    const script = `#!/bin/sh\n${real} "$@"\ncode=$?\nsleep 0.3\nexit $code\n`;
    writeFileSync(path.join(bin, 'ssh'), script, { mode: 0o755 });
    await runAgain({ ...asInItsImage(), PATH: `${bin}:${programs}:${process.env['PATH']}` });
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    expect((await clone({ branch: 'none' })).reason).toMatch(/no such branch/);
    expect(ssh.log).toContain('Accepted publickey');
    expectNothingOf(key);
  });

  it('says that there is no ssh', async () => {
    const bin = path.join(agent.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['git', 'sh', 'env']) {
      const file = execFileSync('which', [name], { encoding: 'utf8' }).trim();
      symlinkSync(file, path.join(bin, name));
    }
    for (const [attempt, PATH] of [`${programs}:${bin}`, bin].entries()) {
      await runAgain({ ...asInItsImage(), PATH });
      expect((await clone({ attempt: attempt + 1 })).reason).toMatch(/no ssh on the machine/);
    }
    await runAgain({ ...asInItsImage(), PATH: `${programs}:${bin}` });
    giveVariables({ GIT_SSH_KEY: key.privateKey });
    expect((await clone({ attempt: 3 })).reason).toMatch(/^There is no ssh on the machine .* https address/);
  });
});

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Its secret part, and the same as base64 of the whole file has it. */
function secretsOf(privateKey: string): readonly string[] {
  const body = privateKey.split('\n').slice(1, -2).join('');
  return [body.slice(216, 256), Buffer.from(privateKey).toString('base64').slice(360, 400)];
}

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
}

/** Where keys are. Those of others come and go meanwhile. */
function listFilesInMemory(): readonly string[] {
  const folders = readdirSync('/dev/shm').filter((name) => name.startsWith('git-ssh-session-'));
  return folders.flatMap((name) => ['key', 'known_hosts'].map((file) => path.join('/dev/shm', name, file)));
}

/** Nothing, of a file that has gone or is somebody else's. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
