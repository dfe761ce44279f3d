import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { ContainerInspectInfo } from 'dockerode';
import { findFreePort } from '../../../tools/processes/free-port.mjs';
import { labels } from '../../src/modules/containers/providers/docker/docker-names.ts';
import { readComposeFile, repository } from './compose-files.ts';
import { docker, removeInstallation } from './docker-world.ts';
import { TestClient } from './test-client.ts';
import { waitFor } from './wait-for.ts';

/** A program and what it is told first. */
export type ComposeCommand = readonly [program: string, ...args: readonly string[]];

/** Compose as a part of `docker`, else the program of its own that it was before; null where there is neither. */
export function findCompose(): ComposeCommand | null {
  for (const command of [['docker', 'compose'], ['docker-compose']] as const) {
    const [program, ...args] = command;
    if (spawnSync(program, [...args, 'version', '--short']).status === 0) return command;
  }
  return null;
}

const projectLabel = 'com.docker.compose.project';
const serviceLabel = 'com.docker.compose.service';

/**
 * The stack of docker-compose.yml, from this repository, beside any other of this machine: its project, its port, its
 * images and the one network that has a name for the whole engine are its own. Everything else is as the file says.
 */
export class ComposeStack {
  readonly port: number;
  readonly project = `cw-compose-${randomBytes(4).toString('hex')}`;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'cw-compose-'));

  private constructor(
    private readonly compose: ComposeCommand,
    port: number,
  ) {
    this.port = port;
    const limits = { CONTAINER_IMAGE: this.imageOf('container-agent-image'), CONTAINER_NETWORK: this.link };
    const services = Object.keys(readComposeFile().services).map((name) => {
      const image = this.imageOf(name === 'provisioner' ? 'main-server' : name);
      return [
        name,
        { image, ...(name === 'main-server' || name === 'provisioner' ? { environment: limits } : {}) },
      ];
    });
    const own = {
      services: Object.fromEntries(services) as unknown,
      networks: { link: { name: this.link } },
    };
    // JSON is YAML.
    writeFileSync(path.join(this.folder, 'own.yml'), JSON.stringify(own));
    // Else the repository's .env would be read.
    writeFileSync(path.join(this.folder, 'env'), `PORT=${port}\n`);
  }

  static async make(compose: ComposeCommand): Promise<ComposeStack> {
    return new ComposeStack(compose, await findFreePort());
  }

  get link(): string {
    return `${this.project}-link`;
  }

  /** As a browser on this machine that is not logged in. */
  get anonymous(): TestClient {
    const headers = { host: `localhost:${this.port}`, 'sec-fetch-site': 'same-origin' };
    return new TestClient(`http://127.0.0.1:${this.port}`, headers);
  }

  /** What it printed. @throws with that when it failed */
  async run(...args: readonly string[]): Promise<string> {
    const [program, ...before] = this.compose;
    const files = ['docker-compose.yml', path.join(this.folder, 'own.yml')].flatMap((file) => ['-f', file]);
    const all = [
      ...before,
      '-p',
      this.project,
      '--env-file',
      path.join(this.folder, 'env'),
      ...files,
      ...args,
    ];
    const child = spawn(program, all, {
      cwd: repository,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of whoever runs the tests decides how the stack is.
      env: { PATH: process.env.PATH, HOME: this.folder, DOCKER_HOST: process.env.DOCKER_HOST },
    });
    const code = new Promise<number | null>((resolve) => child.on('close', resolve));
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if ((await code) === 0) return output;
    throw new Error(
      `compose ${args.join(' ')} ended with ${await code}:\n${(output + errors).slice(-4_000)}`,
    );
  }

  /** Resolves when every service that stays says that it is healthy. */
  async up(timeoutMs: number): Promise<void> {
    await this.run('up', '-d');
    await waitFor(async () => {
      const { 'main-server': main } = await this.inspect();
      return main?.State.Health?.Status === 'healthy';
    }, timeoutMs).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await this.run('logs', '--no-color')}`);
    });
  }

  /** The containers of the stack, by service. */
  async inspect(): Promise<Readonly<Record<string, ContainerInspectInfo>>> {
    const found = await docker.listContainers({ all: true, filters: this.filters });
    const inspected = await Promise.all(
      found.map(async ({ Id, Labels }) => [Labels[serviceLabel], await docker.getContainer(Id).inspect()]),
    );
    return Object.fromEntries(inspected) as Readonly<Record<string, ContainerInspectInfo>>;
  }

  /** Everything on the engine that is the stack's or a session's of it, by kind and name. */
  async listLeft(instanceId: string): Promise<readonly string[]> {
    const filters = [this.filters, { label: [`${labels.instance}=${instanceId}`] }];
    const left = await Promise.all(
      filters.map(async (filter) => [
        ...(await docker.listContainers({ all: true, filters: filter })).flatMap(({ Names }) => Names),
        ...(await docker.listVolumes({ filters: filter })).Volumes.map(({ Name }) => `volume ${Name}`),
        ...(await docker.listNetworks({ filters: filter })).map(({ Name }) => `network ${Name}`),
      ]),
    );
    return left.flat();
  }

  /** Also what a failed test left. */
  async dispose(): Promise<void> {
    const filters = { ancestor: [this.imageOf('container-agent-image')] };
    // Before the image was built there is nothing of it.
    const sessions = await docker.listContainers({ all: true, filters }).catch(() => []);
    const instances = sessions.flatMap(({ Labels }) => Labels[labels.instance] ?? []);
    for (const instanceId of new Set(instances)) await removeInstallation(instanceId);
    await this.run('down', '--volumes', '--remove-orphans', '--timeout', '5');
    for (const name of ['main-server', 'web', 'container-agent-image'])
      await docker.getImage(this.imageOf(name)).remove({ force: true }).catch(unlessAbsent);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get filters() {
    return { label: [`${projectLabel}=${this.project}`] };
  }

  private imageOf(service: string): string {
    return `codex-webapp/compose-test-${service}:${this.project.slice(-8)}`;
  }
}

function unlessAbsent(error: unknown): void {
  if (!(error instanceof Error && 'statusCode' in error && error.statusCode === 404)) throw error;
}
