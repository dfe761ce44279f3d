import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { startProcess } from '../../process/index.ts';
import { AgentSetupError } from './agent-setup.error.ts';
import { findOnPath, isExecutable } from '../../process/find-on-path.ts';

/** The versions we were tested with. */
const pinnedPrograms = new URL('../../../agents.json', import.meta.url);
const pinnedProgramSchema = z.object({
  /** `{platform}` and `{arch}` are this machine's, where the program is a package of its own for each. */
  package: z.string().transform(toPackageName),
  version: z.string(),
  /** The program in its package, where the package does not tell npm. */
  file: z.string().optional(),
});
type PinnedProgram = z.infer<typeof pinnedProgramSchema>;
const pinnedSchema = z.object({ programs: z.record(z.string(), pinnedProgramSchema) });

export interface AgentProgramOptions {
  /** Its key in agents.json, and the name of the program on PATH. What is not in agents.json cannot be installed. */
  readonly id: string;
  /** As users read it: `Codex`. */
  readonly name: string;
  /** Null: the one of PATH, else one installed on first use. */
  readonly binaryPath: string | null;
  /** The variable that sets `binaryPath`, for what a user is told. Null: there is none. */
  readonly binaryVariable: string | null;
  /** Where it is installed on first use. Null: beside the session's state. */
  readonly installPath: string | null;
  /** Ours, on the session's volume. */
  readonly statePath: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The native program behind a wrapper that npm made; anything else as it is. */
  readonly resolveBinary: (file: string) => Promise<string>;
}

/** Finds an agent's program: the configured one, the one of PATH, else a pinned version that is installed on first use. */
export class AgentProgram {
  private installation: { readonly stop: AbortController; readonly whenOver: Promise<unknown> } | null = null;

  constructor(private readonly options: AgentProgramOptions) {}

  /** What the user is told where there is no program and none can be installed. */
  get notInstalled(): string {
    const { id, name, binaryPath, binaryVariable } = this.options;
    if (binaryPath) return `${name} is not installed: there is no program ${binaryPath}.`;
    const advice = binaryVariable ? `Set ${binaryVariable}, or put` : 'Put';
    return `${name} is not installed. ${advice} \`${id}\` on PATH.`;
  }

  /** Null when it has to be installed first. */
  async find(): Promise<string | null> {
    const { id, binaryPath, environment, resolveBinary } = this.options;
    if (binaryPath) return resolveBinary(binaryPath);
    const onPath = await findOnPath(id, environment['PATH']);
    if (onPath) return resolveBinary(onPath);
    const pinned = await this.readPinned();
    return pinned ? this.findInstalled(this.installFolder(pinned), pinned) : null;
  }

  async canInstall(): Promise<boolean> {
    if (this.options.binaryPath || !(await this.readPinned())) return false;
    return (await findOnPath('npm', this.options.environment['PATH'])) !== null;
  }

  /** Several installations at once, also of several sessions, do not disturb each other. @throws AgentSetupError */
  async install(): Promise<string> {
    const stop = new AbortController();
    const installing = this.runInstallation(stop.signal);
    this.installation = { stop, whenOver: installing.catch(() => undefined) };
    try {
      return await installing;
    } finally {
      this.installation = null;
    }
  }

  /** At whatever point it is. Resolves when nothing of it runs any more. */
  async stopInstallation(): Promise<void> {
    this.installation?.stop.abort();
    await this.installation?.whenOver;
  }

  private async runInstallation(signal: AbortSignal): Promise<string> {
    const pinned = await this.readPinned();
    if (!pinned || !(await this.canInstall())) throw new AgentSetupError(this.notInstalled);
    const folder = this.installFolder(pinned);
    const scratch = `${folder}.${randomUUID()}`;
    try {
      await mkdir(scratch, { recursive: true });
      await writeFile(path.join(scratch, 'package.json'), '{"private":true}\n');
      await this.runNpm(scratch, pinned, signal);
      // Whoever is first wins; the folder of the others is no less complete.
      await rename(scratch, folder).catch(() => undefined);
      const program = await this.findInstalled(folder, pinned);
      if (program) return program;
      throw new AgentSetupError(
        `${this.options.name} was installed, but its program is not where it should be.`,
      );
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  private async findInstalled(folder: string, pinned: PinnedProgram): Promise<string | null> {
    const linked = path.join(folder, 'node_modules', '.bin', this.options.id);
    const file = pinned.file ? path.join(folder, 'node_modules', pinned.package, pinned.file) : linked;
    return (await isExecutable(file)) ? this.options.resolveBinary(file) : null;
  }

  private async runNpm(
    folder: string,
    { package: packageName, version }: PinnedProgram,
    signal: AbortSignal,
  ): Promise<void> {
    const { id, name, binaryVariable } = this.options;
    const flags = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    if (signal.aborted) throw this.stopped();
    const npm = await startProcess('npm', ['install', ...flags, `${packageName}@${version}`], {
      cwd: folder,
      env: this.options.environment,
      marker: `${id}-install-${randomUUID()}`,
      stdin: 'none',
    });
    const kill = (): void => void npm.kill({ graceMs: 0 });
    signal.addEventListener('abort', kill);
    // It may have been stopped while npm was being started.
    if (signal.aborted) kill();
    const [exit, errors] = await Promise.all([npm.exited, text(npm.stderr), text(npm.stdout)]);
    if (signal.aborted) {
      await npm.kill({ graceMs: 0 });
      throw this.stopped();
    }
    if (exit.code === 0) return;
    const cause = errors.trim().split('\n').slice(0, 3).join(' ').slice(0, 400) || 'npm failed';
    const advice = binaryVariable ? `Set ${binaryVariable} to a program you have.` : `Put \`${id}\` on PATH.`;
    throw new AgentSetupError(`${name} could not be installed: ${cause}. ${advice}`);
  }

  private stopped(): AgentSetupError {
    return new AgentSetupError(`The installation of ${this.options.name} was stopped.`);
  }

  /** Named after the version, so that an upgrade installs anew and running sessions keep theirs. */
  private installFolder({ version }: PinnedProgram): string {
    const { id, installPath, statePath } = this.options;
    return path.join(installPath ?? path.join(statePath, 'agent-programs'), `${id}-${version}`);
  }

  private async readPinned(): Promise<PinnedProgram | null> {
    const { programs } = pinnedSchema.parse(JSON.parse(await readFile(pinnedPrograms, 'utf8')));
    return programs[this.options.id] ?? null;
  }
}

function toPackageName(name: string): string {
  return name.replace('{platform}', process.platform).replace('{arch}', process.arch);
}
