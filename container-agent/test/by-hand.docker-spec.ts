import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from './support/describe-with.ts';
import { ScriptedMainServer } from './support/scripted-main-server.ts';
import { makeSshKey, sshd, SshServer } from './support/ssh-server.ts';
import { turnOf } from './support/turn-of.ts';
import { waitFor } from './support/wait-for.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const image = 'codex-container-app:test';
/** Those of the agents that are in the image for every platform. */
const agentPackages = Object.values(
  (
    JSON.parse(readFileSync(path.join(repository, 'container-agent/agents.json'), 'utf8')) as {
      programs: Record<string, { package: string; version: string; inImage?: boolean }>;
    }
  ).programs,
)
  .filter(({ package: name, inImage }) => inImage !== false && !name.includes('{'))
  .map(({ package: name, version }) => ({ name: name.replace('@', '%40'), version }));
const isRequired = process.env['REQUIRE_ALL_SUITES'] === '1';
const minuteMs = 60_000;
const buildMs = 15 * minuteMs;

async function docker(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn('docker', args, { cwd: repository, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (exitCode) => resolve(exitCode ?? 1));
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output: output.trim() === '' ? errors : output };
}

const isHere = (await docker('version', '--format', '{{.Server.Version}}')).code === 0;

/** `docker build`, then `docker run -p … -e … -v …`. */
describe('the image of a session, by hand', () => {
  if (!isHere) {
    it('needs a Docker engine', () => {
      expect(isRequired).toBe(false);
      process.stderr.write('!! No Docker engine answers: docker build and docker run were NOT tested.\n');
    });
    return;
  }

  beforeAll(async () => {
    const built = await docker('build', '-f', 'container-agent/Dockerfile', '-t', image, '.');
    expect([built.code, built.output.slice(-2_000)]).toEqual([0, expect.any(String)]);
  }, buildMs);
  afterAll(() => docker('rmi', image));

  it(
    'links up with the environment of docker run, and works in the mounted folder',
    async () => {
      const login = { CODEX_AUTH_FILE_1: Buffer.from('{"a":1}').toString('base64') };
      await using session = await ContainerByHand.start(login);
      const { main, container, workspace } = session;
      expect(await session.run('pwd; id -un; cat ~/.codex/auth.json; echo made > made.txt')).toBe(
        '/workspace\nnode\n{"a":1}',
      );
      expect(readFileSync(path.join(workspace, 'made.txt'), 'utf8')).toBe('made\n');
      expect(main.isLinked).toBe(true);
      const published = (await docker('port', container, '3001')).output.trim();
      const health = await (await fetch(`http://${published}/health`)).json();
      expect(health).toMatchObject({ link: 'connected' });
    },
    2 * minuteMs,
  );

  it(
    'says what is in it, at the pinned versions',
    async () => {
      const inside = async (...command: readonly string[]) =>
        (await docker('run', '--rm', image, ...command)).output;
      const read = (name: string) => inside('cat', `/opt/sbom/${name}`);
      const agents = await read('agents.cdx.json');
      for (const { name, version } of agentPackages) expect(agents).toContain(`"pkg:npm/${name}@${version}"`);
      expect(await read('container-agent.cdx.json')).toMatch(/"pkg:npm\/%40nestjs\/core@[\d.]+"/);
      const packages = await read('debian.tsv');
      for (const tool of ['bash', 'curl', 'git', 'openssh-client', 'python3', 'ripgrep'])
        expect(packages).toMatch(new RegExp(`^${tool}\t`, 'm'));
      expect(await inside('node', '--version')).toMatch(/^v2[2-9]\./);
    },
    2 * minuteMs,
  );

  describeWith(
    'sshd',
    sshd !== null,
    'The package openssh-server has it.',
  )('with a key for ssh', () => {
    it(
      'clones by it, keeps it in memory alone, and does not log in to a server with another host key',
      async () => {
        await using server = await SshServer.start('0.0.0.0');
        const key = makeSshKey();
        server.letIn(key);
        await using session = await ContainerByHand.start({});
        const { main, container, workspace } = session;
        const environment = [{ name: 'GIT_SSH_KEY', value: key.privateKey }];
        main.settings = { status: 200, body: { environment, mcpServers: [], problems: [] } };
        const url = server.urlFrom('host.docker.internal');
        const clone = { url, branch: null, isShallow: false };
        main.send({ type: 'workspace.prepare', attempt: 1, repository: clone, script: null });
        const find = () =>
          main.preparations.find(({ steps }) => /^(done|failed)$/.test(steps[0]?.state ?? ''));
        await waitFor(() => find() !== undefined, minuteMs, 'the clone');
        expect(find()).toMatchObject({ reason: null, steps: [{ name: 'clone', state: 'done' }] });
        expect(readFileSync(path.join(workspace, 'README.md'), 'utf8')).toBe('second\n');

        expect(await session.run(`git ls-remote ${url} next | cut -f 2; git-ssh-session --check`)).toBe(
          `refs/heads/next\n${key.fingerprint}`,
        );
        expect(server.log.split('Accepted publickey')).toHaveLength(3);
        const inside = async (script: string) =>
          (await docker('exec', container, 'sh', '-c', `${script}; echo .`)).output.trim();
        expect(await inside('grep -c docker.internal /data/home/.ssh/known_hosts')).toBe('1\n.');
        // Of the secret part, and without a line break wherever lines are broken.
        const secret = key.privateKey.split('\n').slice(1).join('').slice(216, 250);
        expect(await inside(`grep -rlF -e ${secret} /data /workspace /dev/shm /tmp /home`)).toBe('.');
        expect((await docker('logs', container)).output).not.toContain(secret);
        // Where ssh finds it by itself.
        expect(await inside('getent passwd node | cut -d : -f 6')).toBe('/data/home\n.');
        server.changeHostKey();
        expect(await session.run(`git ls-remote ${url} 2>&1 | grep -o "Host key verification failed"`)).toBe(
          'Host key verification failed',
        );
      },
      3 * minuteMs,
    );
  });
});

/** A container of the image, its folder, and the main-server it talks to. */
class ContainerByHand implements AsyncDisposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'docker-by-hand-'));
  readonly workspace = path.join(this.folder, 'workspace');
  readonly main = new ScriptedMainServer('test-session', 'test-token', '0.0.0.0');
  container = '';
  private prompts = 0;

  static async start(given: Readonly<Record<string, string>>): Promise<ContainerByHand> {
    const session = new ContainerByHand();
    const { main, workspace } = session;
    mkdirSync(workspace);
    // The image's user is not ours.
    chmodSync(workspace, 0o777);
    await main.start();
    const url = main.urlFrom('host.docker.internal');
    const environment = {
      SESSION_ID: 'test-session',
      SESSION_TOKEN: 'test-token',
      MAIN_APP_URL: url,
      MAIN_APP_WS_URL: url.replace('http', 'ws'),
      ...given,
    };
    const { output: id } = await docker(
      'run',
      '-d',
      '--init',
      '--publish=127.0.0.1::3001',
      '--add-host=host.docker.internal:host-gateway',
      `--volume=${workspace}:/workspace`,
      ...Object.entries(environment).map(([name, value]) => `--env=${name}=${value}`),
      image,
    );
    session.container = id.trim();
    try {
      await waitFor(() => main.isLinked, minuteMs, 'the link of the container');
    } catch (cause) {
      const { output } = await docker('logs', session.container);
      await session[Symbol.asyncDispose]();
      throw new Error(`The container did not link up:\n${output}`, { cause });
    }
    return session;
  }

  /** What the command prints, run as a prompt. */
  async run(command: string): Promise<string> {
    this.prompts += 1;
    const id = `p${this.prompts}`;
    this.main.deliver(id, command);
    const events = await this.main.whenEnded(turnOf(id), minuteMs / 2);
    return events
      .map((event) => (event.type === 'tool.delta' ? event.text : ''))
      .join('')
      .trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What the image's user made in folders of its own, nobody else may be able to remove.
    await docker('exec', this.container, 'find', '/workspace', '-mindepth', '1', '-delete');
    await docker('rm', '-f', '-v', this.container);
    await this.main.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
