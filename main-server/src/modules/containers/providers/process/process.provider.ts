import { access, mkdir, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import { Failpoints } from '@codex-webapp/nest-kit';
import { ContainerProviderError } from '../container-provider.errors.ts';
import type {
  ArchivingContainerProvider,
  ContainerRef,
  ContainerSpec,
  ContainerState,
  ContainerStats,
  LabelledContainer,
  LogLine,
  LogOptions,
  ProviderAvailability,
  StartOptions,
  StopOptions,
  ProgramContainerProvider,
  WatchingContainerProvider,
} from '../container-provider.ts';
import { FolderSizes } from './folder-sizes.ts';
import { markerOf, OwnProcesses, ownVariables } from './own-processes.ts';
import { archiveFolder } from './process-archive.ts';
import { ProcessFolders } from './process-folders.ts';
import { ProcessLedger } from './process-ledger.ts';
import { readLog } from './process-log.ts';
import type { ProcessRecord } from './process-records.ts';
import { findProcess, listProcesses, type ProcessEntry } from './process-table.ts';
import { ProcessWatch, type LiveProcess } from './process-watch.ts';
import { collectTree, killTree, selectTree, signalProcess, type TreeRoot } from './process-tree.ts';
import { readUse } from './process-use.ts';
import { repeat } from './repeat.ts';
import { launch } from './launch.ts';

export interface ProcessProviderOptions {
  readonly dataFolder: string;
  /** The built program of container-agent. */
  readonly entryFile: string;
  readonly mainUrl: string;
  readonly inheritedEnvironment: Readonly<Record<string, string>>;
}

type Exit = NonNullable<ProcessRecord['exit']>;

const stopGraceMs = 10_000;
const stopPollMs = 50;
const watchPauseMs = 2_000;
const rotationPauseMs = 10_000;

/**
 * Runs container-agent as a detached child of its own terminal session, so that it outlives main-server; pid, start
 * time and a nonce on disk are how it is found again. Isolates nothing: the agent may do what the user of main-server
 * may do.
 */
export class ProcessContainerProvider
  implements WatchingContainerProvider, ArchivingContainerProvider, ProgramContainerProvider
{
  readonly name = 'process';
  readonly isIsolated = false;
  readonly startsByItself = true;
  readonly runsBriefly = true;
  private readonly logger = new Logger(ProcessContainerProvider.name);
  private readonly folders: ProcessFolders;
  private readonly ledger: ProcessLedger;
  private readonly processes: OwnProcesses;
  private readonly folderSizes = new FolderSizes();
  /** Of the processes this server started itself, by nonce: resolves once their end is written down. */
  private readonly exits = new Map<string, Promise<void>>();

  constructor(
    private readonly options: ProcessProviderOptions,
    private readonly failpoints = new Failpoints(),
  ) {
    this.folders = new ProcessFolders(options.dataFolder);
    this.ledger = new ProcessLedger(this.folders);
    this.processes = new OwnProcesses(options.entryFile);
  }

  workspacePath(sessionId: string): string {
    return this.folders.workspaceOf(sessionId);
  }

  mainUrl(): Promise<string> {
    return Promise.resolve(this.options.mainUrl);
  }

  async check(): Promise<ProviderAvailability> {
    try {
      await access(this.options.entryFile);
    } catch {
      return { isAvailable: false, note: 'container-agent is not built; run `npm run build:container`.' };
    }
    return {
      isAvailable: true,
      note: 'No isolation: the agent can do everything on this machine that the server’s user can do. A program that detaches itself fully outlives an interrupt and a stop.',
    };
  }

  /** A build writes the program's file anew. */
  async findProgram(): Promise<string | null> {
    try {
      const { mtimeMs, size } = await stat(this.options.entryFile);
      return JSON.stringify({ entryFile: this.options.entryFile, mtimeMs, size });
    } catch (error) {
      // It is built in a moment, or never was.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async start(spec: ContainerSpec, options: StartOptions = {}): Promise<ContainerRef> {
    const { sessionId, generation } = spec;
    const earlier = await this.ledger.find(sessionId);
    await this.failpoints.hit('process.start.record-read');
    if (earlier !== null) {
      const pid = earlier.generation === generation ? await this.processes.findPid(earlier) : null;
      await this.failpoints.hit('process.start.looked');
      if (pid !== null) return this.refOf(sessionId);
      await this.stop(this.refOf(sessionId));
      await this.failpoints.hit('process.start.older-stopped');
    }
    options.onProgress?.('create', null);
    for (const folder of [
      this.folders.workspaceOf(sessionId),
      this.folders.homeOf(sessionId),
      this.folders.stateOf(sessionId),
    ]) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await this.failpoints.hit('process.start.folder-made');
    }
    // Before the start: a kill between the two lines leaves a process that the nonce still finds.
    const record = await this.ledger.begin({ sessionId, generation });
    await this.failpoints.hit('process.start.record-written');
    options.signal?.throwIfAborted();
    options.onProgress?.('start', null);
    await this.launchProcess(spec, record);
    await this.failpoints.hit('process.start.done');
    return this.refOf(sessionId);
  }

  async inspect(ref: ContainerRef): Promise<ContainerState> {
    const record = await this.ledger.find(ref.sessionId);
    if (record === null) return { state: 'absent' };
    if ((await this.processes.findPid(record)) !== null)
      return { state: 'running', startedAt: record.startedAt };
    await this.exits.get(record.nonce);
    const ended = (await this.ledger.find(ref.sessionId)) ?? record;
    return { state: 'stopped', exitCode: ended.exit?.code ?? null, reason: describeExit(ended) };
  }

  async stop(ref: ContainerRef, options: StopOptions = {}): Promise<void> {
    const record = await this.ledger.find(ref.sessionId);
    await this.failpoints.hit('process.stop.record-read');
    if (record === null) return;
    const pid = await this.processes.findPid(record);
    await this.failpoints.hit('process.stop.found');
    const root: TreeRoot = { pid, marker: markerOf(ref.sessionId) };
    const tree = await collectTree(root);
    await this.failpoints.hit('process.stop.collected');
    if (pid !== null) {
      signalProcess(pid, 'SIGTERM');
      const deadline = performance.now() + (options.graceMs ?? stopGraceMs);
      while (performance.now() < deadline && (await this.processes.findPid(record)) !== null)
        await pause(stopPollMs);
      await this.failpoints.hit('process.stop.asked');
    }
    const hasEnded = await killTree(root, tree, pause);
    await this.failpoints.hit('process.stop.killed');
    if (hasEnded) return;
    throw new ContainerProviderError('failed', 'Some processes of the session could not be ended.', {
      isRetryable: true,
    });
  }

  async remove(ref: ContainerRef): Promise<void> {
    await this.stop(ref, { graceMs: 0 });
    await this.failpoints.hit('process.remove.stopped');
    await this.folders.removeLogOf(ref.sessionId);
    await this.failpoints.hit('process.remove.log-removed');
    this.processes.forget(ref.sessionId);
    await this.ledger.remove(ref.sessionId);
    await this.failpoints.hit('process.remove.done');
  }

  async removeData(sessionId: string): Promise<void> {
    await this.remove(this.refOf(sessionId));
    await this.failpoints.hit('process.remove-data.removed');
    this.folderSizes.forget(this.folders.dataOf(sessionId));
    await this.folders.removeDataOf(sessionId);
    await this.failpoints.hit('process.remove-data.done');
  }

  async list(): Promise<readonly LabelledContainer[]> {
    const records = await this.ledger.list();
    return Promise.all(
      records.map(async (record) => ({
        ref: this.refOf(record.sessionId),
        sessionId: record.sessionId,
        generation: record.generation,
        isRunning: (await this.processes.findPid(record)) !== null,
      })),
    );
  }

  archive(sessionId: string): Promise<Readable> {
    return archiveFolder(this.folders.workspaceOf(sessionId), this.options.inheritedEnvironment);
  }

  logs({ sessionId }: ContainerRef, options: LogOptions = {}): AsyncIterable<LogLine> {
    const path = this.folders.logOf(sessionId);
    return readLog({ path, look: () => this.ledger.lookAtLog(sessionId), wait: pause }, options);
  }

  async stats(sessionIds: readonly string[]): Promise<readonly ContainerStats[]> {
    const all = await listProcesses();
    return Promise.all(sessionIds.map((sessionId) => this.statsOf(sessionId, all)));
  }

  watch(onChange: (sessionId: string | null) => void): () => void {
    const watch = new ProcessWatch(
      () => this.ledger.list(),
      () => this.listAlive(),
      onChange,
    );
    const noteFailure = (error: unknown): void =>
      this.logger.warn({ msg: 'Processes of sessions could not be looked after', err: error });
    const endLooks = repeat(watchPauseMs, () => watch.look(), noteFailure);
    const endRotation = repeat(rotationPauseMs, () => this.ledger.rotateLogs(), noteFailure);
    return () => {
      endLooks();
      endRotation();
    };
  }

  private async listAlive(): Promise<readonly LiveProcess[]> {
    const alive: LiveProcess[] = [];
    for (const record of await this.ledger.list()) {
      const pid = await this.processes.findPid(record);
      const { sessionId, nonce, startTime } = record;
      if (pid !== null) alive.push({ sessionId, nonce, pid, startTime });
    }
    return alive;
  }

  private async statsOf(sessionId: string, all: readonly ProcessEntry[]): Promise<ContainerStats> {
    const usedBytes = this.folderSizes.get(this.folders.dataOf(sessionId));
    const disk = usedBytes === null ? {} : { disk: { usedBytes, limitBytes: null } };
    const record = await this.ledger.find(sessionId);
    const pid = record === null ? null : await this.processes.findPid(record);
    const root = all.filter((entry) => entry.pid === pid);
    if (record === null || root.length === 0) return { sessionId, ...disk };
    // What left its parents behind and cleaned its environment is not looked for each time: it counts as nobody's.
    const tree = selectTree(all, root);
    const pids = tree.map((entry) => entry.pid);
    return { sessionId, ...(await readUse(pids, record.nonce)), ...disk };
  }

  private async launchProcess(spec: ContainerSpec, record: ProcessRecord): Promise<void> {
    const { sessionId } = spec;
    let resolveExit: (exit: Exit) => void = () => undefined;
    const exited = new Promise<Exit>((resolve) => (resolveExit = resolve));
    const launched = await launch({
      entryFile: this.options.entryFile,
      workingFolder: this.folders.workspaceOf(sessionId),
      logFile: this.folders.logOf(sessionId),
      environment: {
        ...this.options.inheritedEnvironment,
        HOME: this.folders.homeOf(sessionId),
        AGENT_HOME: this.folders.homeOf(sessionId),
        STATE_PATH: this.folders.stateOf(sessionId),
        // Any free port: several sessions share this machine's loopback, and only the tunnel needs to know it.
        PORT: '0',
        HOST: '127.0.0.1',
        ...spec.environment,
        ...ownVariables(record),
      },
      onExit: (code, signal) => resolveExit({ code, signal }),
    });
    await this.failpoints.hit('process.start.launched');
    this.exits.set(record.nonce, this.recordExit(record, exited));
    const entry = await findProcess(launched.pid);
    await this.failpoints.hit('process.start.process-read');
    await this.ledger.change(record, { pid: launched.pid, startTime: entry?.startTime ?? null });
    await this.failpoints.hit('process.start.noted');
  }

  private async recordExit(record: ProcessRecord, exited: Promise<Exit>): Promise<void> {
    const exit = await exited;
    // A record that cannot be written only loses the exit code.
    await this.ledger.change(record, { exit }).catch(() => undefined);
    this.exits.delete(record.nonce);
  }

  private refOf(sessionId: string): ContainerRef {
    return { provider: this.name, sessionId, id: sessionId };
  }
}

function describeExit(record: ProcessRecord): string | null {
  if (record.exit === null) return 'The process ended.';
  if (record.exit.signal !== null) return `The process was ended by ${record.exit.signal}.`;
  return `The process ended with exit code ${record.exit.code}.`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
