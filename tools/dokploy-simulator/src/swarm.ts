import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram, type Program, type ProgramRun } from './programs.ts';
import type { RestartPolicy, UpdateConfig } from './rows.ts';

/** A service as Dokploy asks the engine for it. */
export interface ServiceSpec {
  readonly name: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  readonly networks: readonly string[];
  readonly constraints: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Null: what the image runs by itself. */
  readonly command: readonly string[] | null;
  readonly replicas: number;
  readonly memoryBytes: number;
  readonly restart: RestartPolicy;
  readonly update: UpdateConfig;
  readonly stopGraceMs: number;
}

export interface SwarmNode {
  readonly id: string;
  readonly hostname: string;
  readonly role: 'manager' | 'worker';
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it is the one Dokploy runs on: volumes and exited containers are seen on that one alone. */
  readonly isSelf: boolean;
  isReady: boolean;
}

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly node: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly lines: { readonly at: string; readonly text: string }[];
  desired: 'running' | 'shutdown' | 'ready';
  state: 'Pending' | 'Preparing' | 'Running' | 'Complete' | 'Failed' | 'Rejected' | 'Shutdown';
  error: string;
  exitCode: number | null;
  isOutOfMemory: boolean;
}

export interface Service {
  spec: ServiceSpec;
  previous: ServiceSpec | null;
  /** Newest first. */
  tasks: Task[];
  run: { readonly task: Task; readonly program: ProgramRun } | null;
  /** Work on it, one after the other. */
  work: Promise<void>;
  version: number;
}

const leastMemoryBytes = 4 * 1024 * 1024;
const shownTasks = 5;

/** A Docker Swarm, as far as Dokploy's apps see one. */
export class Swarm {
  readonly services = new Map<string, Service>();
  readonly networks = new Set(['dokploy-network']);
  /** Images that nodes have. */
  readonly images = new Set<string>();
  /** Names of volumes by node. */
  readonly volumes = new Map<string, Set<string>>();
  /** The engine's command line fails: Dokploy then answers empty lists, and no error. */
  isSilent = false;

  constructor(
    readonly nodes: readonly SwarmNode[],
    private readonly options: {
      readonly folder: string;
      readonly programs: ReadonlyMap<string, Program>;
      readonly restartDelayMs: number;
    },
  ) {}

  /** Accepts the wish and answers at once; what becomes of it shows in the tasks. @throws Error as the engine does */
  apply(spec: ServiceSpec): void {
    if (spec.memoryBytes > 0 && spec.memoryBytes < leastMemoryBytes) {
      throw new Error(`invalid memory value ${spec.memoryBytes}: Must be at least 4MiB`);
    }
    const missing = spec.networks.find((network) => !this.networks.has(network));
    if (missing !== undefined) throw new Error(`network ${missing} not found`);
    const service = this.services.get(spec.name);
    if (service === undefined) {
      const made: Service = {
        spec,
        previous: null,
        tasks: [],
        run: null,
        work: Promise.resolve(),
        version: 1,
      };
      this.services.set(spec.name, made);
      this.converge(made);
      return;
    }
    service.previous = service.spec;
    service.spec = spec;
    service.version += 1;
    this.converge(service);
  }

  scale(name: string, replicas: number): void {
    const service = this.services.get(name);
    if (service === undefined) throw new Error(`Error: No such service: ${name}`);
    service.spec = { ...service.spec, replicas };
    service.version += 1;
    this.converge(service);
  }

  /** The service is gone at once; its container ends in its own time. */
  removeService(name: string): void {
    const service = this.services.get(name);
    if (service === undefined) return;
    this.services.delete(name);
    this.leaving.add(this.endTask(service).catch(() => undefined));
  }

  private readonly leaving = new Set<Promise<void>>();

  async settle(): Promise<void> {
    await Promise.all([...this.leaving, ...[...this.services.values()].map(({ work }) => work)]);
  }

  async close(): Promise<void> {
    for (const name of this.services.keys()) this.removeService(name);
    await this.settle();
    rmSync(this.options.folder, { recursive: true, force: true });
  }

  isVolumeInUse(volume: string): boolean {
    return [...this.used.values()].some((volumes) => volumes.has(volume));
  }

  removeVolume(node: string, volume: string): void {
    this.volumes.get(node)?.delete(volume);
    rmSync(this.folderOf(node, volume), { recursive: true, force: true });
  }

  isNetworkInUse(network: string): boolean {
    return [...this.services.values()].some(({ spec }) => spec.networks.includes(network));
  }

  /** The container's first process is ended from outside, as the kernel does. */
  async kill(name: string, how: 'memory' | 'signal'): Promise<void> {
    const run = this.services.get(name)?.run;
    if (!run) throw new Error(`${name} does not run`);
    run.task.isOutOfMemory = how === 'memory';
    await run.program.stop(0);
  }

  private readonly used = new Map<string, Set<string>>();

  /** Brings the tasks to what the spec says: the old one ends, then a new one begins, unless it asks the other way round. */
  private converge(service: Service): void {
    const { version } = service;
    service.work = service.work.then(async () => {
      if (version !== service.version) return;
      if (service.spec.replicas === 0) {
        await this.endTask(service);
        // A slot that is scaled away takes its history along, and with it its log.
        service.tasks = [];
        return;
      }
      if (service.spec.update.Order === 'stop-first') await this.endTask(service);
      const before = service.run;
      this.startTask(service);
      if (before !== null) await this.endRun(before, service.spec.stopGraceMs);
    });
  }

  private async endTask(service: Service): Promise<void> {
    const { run } = service;
    for (const task of service.tasks) task.desired = 'shutdown';
    service.run = null;
    if (run !== null) await this.endRun(run, service.spec.stopGraceMs);
  }

  private async endRun({ task, program }: NonNullable<Service['run']>, graceMs: number): Promise<void> {
    task.desired = 'shutdown';
    await program.stop(graceMs);
    if (task.state === 'Running') task.state = 'Shutdown';
  }

  private startTask(service: Service): void {
    const { spec } = service;
    const node = this.nodes.find(
      (candidate) => candidate.isReady && spec.constraints.every((constraint) => fits(candidate, constraint)),
    );
    const task: Task = {
      id: randomUUID().replaceAll('-', '').slice(0, 25),
      name: `${spec.name}.1`,
      image: spec.image,
      node: node?.hostname ?? '',
      environment: spec.environment,
      labels: spec.labels,
      createdAt: stampNow(),
      lines: [],
      desired: 'running',
      state: 'Pending',
      error: '',
      exitCode: null,
      isOutOfMemory: false,
    };
    service.tasks = [task, ...service.tasks].slice(0, shownTasks);
    if (node === undefined) {
      task.error = `no suitable node (scheduling constraints not satisfied on ${this.nodes.length} node)`;
      return;
    }
    const program = this.options.programs.get(spec.image);
    if (program === undefined || !this.images.has(spec.image)) {
      task.state = 'Rejected';
      task.desired = 'shutdown';
      task.error = `No such image: ${spec.image}`;
      return;
    }
    task.state = 'Running';
    this.run(service, task, node, program);
  }

  private run(service: Service, task: Task, node: SwarmNode, program: Program): void {
    const { spec } = service;
    const volumes = new Set(spec.mounts.map(({ volume }) => volume));
    this.used.set(task.id, volumes);
    const mounts = new Map(spec.mounts.map(({ volume, path }) => [path, this.folderOf(node.id, volume)]));
    for (const volume of volumes) {
      const onNode = this.volumes.get(node.id) ?? new Set();
      this.volumes.set(node.id, onNode.add(volume));
    }
    for (const folder of mounts.values()) makeDataFolders(folder);
    const running = runProgram(program, {
      environment: { ...spec.environment, HOSTNAME: task.id.slice(0, 12) },
      mounts,
      command: spec.command,
      onLine: (text) => task.lines.push({ at: stampNow(), text }),
      onExit: (code) => this.onExit(service, task, code),
    });
    service.run = { task, program: running };
  }

  private onExit(service: Service, task: Task, code: number): void {
    this.used.delete(task.id);
    task.exitCode = code;
    if (task.desired === 'shutdown') {
      task.state = 'Shutdown';
      return;
    }
    task.state = code === 0 ? 'Complete' : 'Failed';
    task.desired = 'shutdown';
    if (code !== 0) task.error = `task: non-zero exit (${code})`;
    if (service.run?.task === task) service.run = null;
    const { spec, previous, version } = service;
    const condition = spec.restart.Condition ?? 'any';
    if (condition === 'none' || (condition === 'on-failure' && code === 0)) return;
    if (code !== 0 && previous !== null && (spec.update.FailureAction ?? 'pause') === 'rollback') {
      // What was there before runs again, and nobody is told.
      service.spec = previous;
      service.previous = null;
    }
    setTimeout(() => {
      if (service.version === version && this.services.get(spec.name) === service) this.startTask(service);
    }, this.options.restartDelayMs).unref();
  }

  private folderOf(node: string, volume: string): string {
    return join(this.options.folder, node, volume);
  }
}

/** As an engine stamps lines: nine digits of a second. */
function stampNow(): string {
  const now = performance.timeOrigin + performance.now();
  const below = Math.floor((now % 1) * 1e6);
  return `${new Date(now).toISOString().slice(0, -1)}${String(below).padStart(6, '0')}Z`;
}

/** A new volume takes over what the image has at its place. */
function makeDataFolders(folder: string): void {
  for (const name of ['workspace', 'home', 'state']) mkdirSync(join(folder, name), { recursive: true });
}

function fits(node: SwarmNode, constraint: string): boolean {
  const [, key = '', operator, value] = /^\s*([\w.-]+)\s*(==|!=)\s*(\S+)\s*$/.exec(constraint) ?? [];
  const known: Readonly<Record<string, string | undefined>> = {
    'node.id': node.id,
    'node.role': node.role,
    'node.hostname': node.hostname,
  };
  const is = key.startsWith('node.labels.') ? node.labels[key.slice('node.labels.'.length)] : known[key];
  return operator === '==' ? is === value : is !== value;
}
