import {
  gitLimits,
  type GitBranchListResponse,
  type GitDiffResponse,
  type GitLogResponse,
  type GitStatusResponse,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { Injectable } from '@nestjs/common';
import { parseWorkspacePath } from '../workspace/workspace-path.ts';
import { branchFormat, commitFormat, parseBranches, parseLog, parseStatus } from './git.parser.ts';
import { GitRunner } from './git-runner.ts';

export interface ReadGitRequest {
  /** The folder that holds it; the workspace itself when absent. */
  readonly repository?: string;
}

export interface ReadGitDiffRequest extends ReadGitRequest {
  readonly path?: string;
  readonly staged?: boolean;
}

export interface ReadGitLogRequest extends ReadGitRequest {
  readonly path?: string;
  readonly before?: string;
  readonly limit?: number;
}

const listMaxBytes = 4 * 1024 * 1024;

/** What git says of the workspace. Nothing here changes anything. */
@Injectable()
export class GitService {
  constructor(private readonly git: GitRunner) {}

  /** @throws git.no_repository, … as all of them */
  async status({ repository = '' }: ReadGitRequest): Promise<GitStatusResponse> {
    const { output, isCut } = await this.git.run(
      [
        'status',
        '--porcelain=v2',
        '--branch',
        '-z',
        '--untracked-files=all',
        '--ignore-submodules=all',
        '--renames',
      ],
      { repository, outputMaxBytes: listMaxBytes },
    );
    const status = parseStatus(wholeRecords(output, isCut, '\0'), gitLimits.changesMax);
    return { ...status, isTruncated: status.isTruncated || isCut };
  }

  async diff({ repository = '', path, staged = false }: ReadGitDiffRequest): Promise<GitDiffResponse> {
    const { output, isCut } = await this.git.run(
      [
        'diff',
        '--no-ext-diff',
        '--no-textconv',
        '--no-color',
        '--ignore-submodules=all',
        '--find-renames',
        ...(staged ? ['--cached'] : []),
        '--',
        ...pathsOf(path),
      ],
      { repository, outputMaxBytes: gitLimits.diffMaxBytes },
    );
    return { diff: wholeRecords(output, isCut, '\n'), isTruncated: isCut };
  }

  async log({
    repository = '',
    path,
    before,
    limit = gitLimits.logDefault,
  }: ReadGitLogRequest): Promise<GitLogResponse> {
    if ((await this.status({ repository })).head === null) return { commits: [], nextBefore: null };
    const { output } = await this.git.run(
      [
        'log',
        '-z',
        `--format=${commitFormat}`,
        `--max-count=${limit + 1}`,
        '--no-show-signature',
        '--no-color',
        '--no-textconv',
        '--no-ext-diff',
        ...(before === undefined ? [] : ['--skip=1']),
        before ?? 'HEAD',
        '--',
        ...pathsOf(path),
      ],
      { repository, outputMaxBytes: listMaxBytes },
    );
    const commits = parseLog(output.toString());
    const shown = commits.slice(0, limit);
    return { commits: shown, nextBefore: commits.length > limit ? (shown.at(-1)?.hash ?? null) : null };
  }

  async branches({ repository = '' }: ReadGitRequest): Promise<GitBranchListResponse> {
    const { output } = await this.git.run(
      [
        'for-each-ref',
        `--format=${branchFormat}`,
        '--sort=-committerdate',
        `--count=${gitLimits.branchesMax + 1}`,
        'refs/heads',
        'refs/remotes',
      ],
      { repository, outputMaxBytes: listMaxBytes },
    );
    const branches = parseBranches(output.toString());
    const sorted = branches.toSorted((a, b) => Number(a.isRemote) - Number(b.isRemote));
    return {
      branches: sorted.slice(0, gitLimits.branchesMax),
      isTruncated: branches.length > gitLimits.branchesMax,
    };
  }
}

/** `git` takes what stands after `--` for a path, and here as it is. */
function pathsOf(given: string | undefined): readonly string[] {
  if (given === undefined || given === '') return [];
  const path = parseWorkspacePath(given);
  if (path.some((name) => name.toLowerCase() === '.git')) {
    throw new DomainError('workspace.path_invalid', { message: 'Git does not watch its own files.' });
  }
  return [path.join('/')];
}

/** Of what was cut, the last record is not whole. */
function wholeRecords(output: Buffer, isCut: boolean, separator: string): string {
  const text = output.toString();
  return isCut ? text.slice(0, text.lastIndexOf(separator) + 1) : text;
}
