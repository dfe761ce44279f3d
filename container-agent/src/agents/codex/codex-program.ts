import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type RunningProcess, startProcess } from '../../process/index.ts';
import { findCodexOnPath, findInstalledCodex, findOnPath, resolveNativeBinary } from './codex-binary.ts';
import type { CodexConfig } from './codex.config.ts';
import { CodexSetupError } from './codex-setup.error.ts';

/** The versions we were tested with. */
const pinnedPrograms = new URL('../../../agents.json', import.meta.url);
const pinnedSchema = z.object({
  programs: z.object({ codex: z.object({ package: z.string(), version: z.string() }) }),
});

export interface CodexProgramOptions {
  readonly config: Pick<CodexConfig, 'binaryPath' | 'installPath'>;
  /** On the session's volume. */
  readonly statePath: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Finds the program: the configured one, the one of PATH, else a pinned version that is installed on first use. */
export class CodexProgram {
  private installation: RunningProcess | null = null;

  constructor(private readonly options: CodexProgramOptions) {}

  /** Null when it has to be installed first. */
  async find(): Promise<string | null> {
    const { config, environment } = this.options;
    if (config.binaryPath) return resolveNativeBinary(config.binaryPath);
    return (await findCodexOnPath(environment['PATH'])) ?? findInstalledCodex(await this.installFolder());
  }

  async canInstall(): Promise<boolean> {
    return (await findOnPath('npm', this.options.environment['PATH'])) !== null;
  }

  /** Several installations at once, also of several sessions, do not disturb each other. @throws CodexSetupError */
  async install(): Promise<string> {
    const folder = await this.installFolder();
    const scratch = `${folder}.${randomUUID()}`;
    try {
      await mkdir(scratch, { recursive: true });
      await writeFile(path.join(scratch, 'package.json'), '{"private":true}\n');
      await this.runNpm(scratch);
      // Whoever is first wins; the folder of the others is no less complete.
      await rename(scratch, folder).catch(() => undefined);
      const program = await findInstalledCodex(folder);
      if (program) return program;
      throw new CodexSetupError('Codex was installed, but its program is not where it should be.');
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  async stopInstallation(): Promise<void> {
    await this.installation?.kill({ graceMs: 0 });
  }

  private async runNpm(folder: string): Promise<void> {
    const { package: packageName, version } = await readPinned();
    const flags = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    this.installation = await startProcess('npm', ['install', ...flags, `${packageName}@${version}`], {
      cwd: folder,
      env: this.options.environment,
      marker: `codex-install-${randomUUID()}`,
      stdin: 'none',
    });
    const { exited, stdout, stderr } = this.installation;
    const [exit, errors] = await Promise.all([exited, text(stderr), text(stdout)]);
    this.installation = null;
    if (exit.code === 0) return;
    const cause = errors.trim().split('\n').slice(0, 3).join(' ').slice(0, 400) || 'npm failed';
    throw new CodexSetupError(`Codex could not be installed: ${cause}. Set CODEX_BIN to a program you have.`);
  }

  /** Named after the version, so that an upgrade installs anew and running sessions keep theirs. */
  private async installFolder(): Promise<string> {
    const { config, statePath } = this.options;
    const { version } = await readPinned();
    return path.join(config.installPath ?? path.join(statePath, 'agent-programs'), `codex-${version}`);
  }
}

async function readPinned(): Promise<{ readonly package: string; readonly version: string }> {
  return pinnedSchema.parse(JSON.parse(await readFile(pinnedPrograms, 'utf8'))).programs.codex;
}
