import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { ScriptedMainServer } from './support/scripted-main-server.ts';
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
const buildMs = 15 * 60_000;

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

  it(
    'is built as its Dockerfile says, links up with the environment of docker run, and works in the mounted folder',
    async () => {
      const built = await docker('build', '-f', 'container-agent/Dockerfile', '-t', image, '.');
      expect([built.code, built.output.slice(-2_000)]).toEqual([0, expect.any(String)]);
      const folder = mkdtempSync(path.join(tmpdir(), 'docker-by-hand-'));
      const workspace = path.join(folder, 'workspace');
      mkdirSync(workspace);
      // The image's user is not ours.
      chmodSync(workspace, 0o777);
      const main = new ScriptedMainServer('test-session', 'test-token', '0.0.0.0');
      await main.start();
      const url = main.urlFrom('host.docker.internal');
      const environment = {
        SESSION_ID: 'test-session',
        SESSION_TOKEN: 'test-token',
        MAIN_APP_URL: url,
        MAIN_APP_WS_URL: url.replace('http', 'ws'),
        CODEX_AUTH_FILE_1: Buffer.from('{"a":1}').toString('base64'),
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
      const container = id.trim();
      try {
        await waitFor(() => main.isLinked, 60_000, 'the link of the container').catch(
          async (error: Error) => {
            throw new Error(`${error.message}\n${(await docker('logs', container)).output}`);
          },
        );
        main.deliver('p1', 'pwd; id -un; cat ~/.codex/auth.json; echo made > made.txt');
        const events = await main.whenEnded(turnOf('p1'), 30_000);
        const output = events.map((event) => (event.type === 'tool.delta' ? event.text : '')).join('');
        expect(output).toBe('/workspace\nnode\n{"a":1}');
        expect(readFileSync(path.join(workspace, 'made.txt'), 'utf8')).toBe('made\n');
        const published = (await docker('port', container, '3001')).output.trim();
        const health = await (await fetch(`http://${published}/health`)).json();
        expect(health).toMatchObject({ link: 'connected' });

        const bom = async (name: string) =>
          (await docker('exec', container, 'cat', `/opt/sbom/${name}`)).output;
        for (const { name, version } of agentPackages)
          expect(await bom('agents.cdx.json')).toContain(`"pkg:npm/${name}@${version}"`);
        expect(await bom('container-agent.cdx.json')).toMatch(/"pkg:npm\/%40nestjs\/core@[\d.]+"/);
        for (const tool of ['bash', 'curl', 'git', 'python3', 'ripgrep'])
          expect(await bom('debian.tsv')).toMatch(new RegExp(`^${tool}\t`, 'm'));
        expect((await docker('exec', container, 'node', '--version')).output).toMatch(/^v2[2-9]\./);
      } finally {
        await docker('rm', '-f', '-v', container);
        await docker('rmi', image);
        await main.stop();
        rmSync(folder, { recursive: true, force: true });
      }
      expect(existsSync(folder)).toBe(false);
    },
    buildMs,
  );
});
