import path from 'node:path';
import { DomainError } from '@codex-webapp/nest-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { agentEnvironment } from '../process/environment.ts';
import { runProgram, type RunResult } from '../process/run-program.ts';
import { ProcessStartError } from '../process/running-process.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { OpenFolder } from '../workspace/open-below.ts';
import { parseWorkspacePath } from '../workspace/workspace-path.ts';
import { toWorkspaceError } from '../workspace/workspace.errors.ts';

const timeoutMs = 10_000;

/** A repository decides in its settings what programs git runs; reading it here runs none of them. */
const settings = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'core.pager=cat',
  'core.askPass=',
  'diff.ignoreSubmodules=all',
  'diff.autoRefreshIndex=false',
  'log.showSignature=false',
  'gpg.program=false',
  'credential.helper=',
  'protocol.allow=never',
  'color.ui=false',
  'core.quotePath=false',
] as const;

export interface GitResult {
  readonly output: Buffer;
  /** The output was longer than asked for. */
  readonly isCut: boolean;
}

export interface GitOptions {
  /** The folder of the workspace that holds the repository; empty for the workspace itself. */
  readonly repository: string;
  readonly outputMaxBytes: number;
}

interface Place {
  readonly cwd: string;
  readonly outputMaxBytes: number;
}

/** Runs git in the workspace, as the user of the container and by an argument list, so that looking changes and starts nothing. */
@Injectable()
export class GitRunner {
  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    @Inject(agentEnvironmentConfig.KEY)
    private readonly environment: ConfigType<typeof agentEnvironmentConfig>,
  ) {}

  /** @throws git.no_repository, git.unknown_revision, git.unavailable, git.failed */
  async run(args: readonly string[], { repository, outputMaxBytes }: GitOptions): Promise<GitResult> {
    const cwd = await this.findFolder(repository);
    const filters = await this.listFilters(cwd);
    const { output, isCut } = await this.runPlain([...disable(filters), ...args], { cwd, outputMaxBytes });
    return { output, isCut };
  }

  /** @throws workspace.path_invalid, … for what is not a folder below the workspace, links included */
  private async findFolder(repository: string): Promise<string> {
    const { workspacePath } = this.config;
    const folders = parseWorkspacePath(repository);
    try {
      const folder = await OpenFolder.open(workspacePath, folders);
      await folder[Symbol.asyncDispose]();
    } catch (error) {
      throw toWorkspaceError(error);
    }
    return path.join(workspacePath, ...folders);
  }

  /** The names of the filters that the settings name: programs that git runs for what a file shall look like. */
  private async listFilters(cwd: string): Promise<readonly string[]> {
    const { output } = await this.runPlain(
      ['config', '--null', '--name-only', '--get-regexp', '^filter\\..*\\.(clean|smudge|process|required)$'],
      { cwd, outputMaxBytes: 64 * 1024 },
      // No such setting, which is the answer.
      [0, 1],
    );
    const names = output
      .toString()
      .split('\0')
      .filter((name) => name !== '');
    return [...new Set(names.map((name) => name.slice('filter.'.length, name.lastIndexOf('.'))))];
  }

  private async runPlain(
    args: readonly string[],
    place: Place,
    goodCodes: readonly number[] = [0],
  ): Promise<RunResult> {
    const result = await this.start(args, place);
    if (result.isTimedOut) {
      throw new DomainError('git.failed', {
        message: 'Git did not finish in time. Is the repository very large?',
      });
    }
    if (result.isCut || goodCodes.includes(result.exitCode ?? -1)) return result;
    throw toGitError(result.errors);
  }

  private async start(args: readonly string[], { cwd, outputMaxBytes }: Place): Promise<RunResult> {
    try {
      return await runProgram('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
        cwd,
        env: this.gitEnvironment(),
        outputMaxBytes,
        timeoutMs,
      });
    } catch (cause) {
      if (!(cause instanceof ProcessStartError)) throw cause;
      throw new DomainError('git.unavailable', { message: 'Git is not installed in this container.', cause });
    }
  }

  private gitEnvironment(): Readonly<Record<string, string>> {
    const { homePath, workspacePath } = this.config;
    const own = agentEnvironment(this.environment, { home: homePath, workspacePath });
    const kept = Object.entries(own).filter(([name]) => !name.startsWith('GIT_'));
    return {
      ...Object.fromEntries(kept),
      LC_ALL: 'C.UTF-8',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_PAGER: 'cat',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_LITERAL_PATHSPECS: '1',
      // A repository around the workspace is not the session's.
      GIT_CEILING_DIRECTORIES: path.dirname(workspacePath),
    };
  }
}

function disable(filters: readonly string[]): readonly string[] {
  return filters.flatMap((name) =>
    ['clean=', 'smudge=', 'process=', 'required=false'].flatMap((rest) => ['-c', `filter.${name}.${rest}`]),
  );
}

function toGitError(errors: string): DomainError {
  if (/not a git repository/i.test(errors)) {
    return new DomainError('git.no_repository', {
      message: 'The workspace is not a git repository. Run `git init` or clone one into it.',
    });
  }
  if (/dubious ownership/i.test(errors)) {
    return new DomainError('git.failed', {
      message: 'The repository belongs to another user of the container, so git does not read it.',
    });
  }
  if (/unknown revision|bad revision|bad object|ambiguous argument|not a valid object/i.test(errors)) {
    return new DomainError('git.unknown_revision', { message: 'The repository has no such commit.' });
  }
  const [line = ''] = errors.trim().split('\n');
  return new DomainError('git.failed', { message: `Git says: ${line.slice(0, 300)}` });
}
