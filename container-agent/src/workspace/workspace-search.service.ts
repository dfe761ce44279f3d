import { searchLimits, type SearchHit, type SearchResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { agentEnvironment } from '../process/environment.ts';
import { runProgram, type RunResult } from '../process/run-program.ts';
import { ProcessStartError } from '../process/running-process.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { parseContentHits, parseNameHits } from './search-hits.ts';

export interface SearchWorkspaceRequest {
  readonly q: string;
  readonly in?: 'names' | 'contents';
}

const outputMaxBytes = 8 * 1024 * 1024;

/** No settings of its own, since those could name a program to run; no links; nothing of git's. */
const always = [
  '--no-config',
  '--no-follow',
  '--hidden',
  '--glob=!.git',
  '--no-messages',
  '--color=never',
  '--null',
];

/** Searches the workspace, without what its `.gitignore` files leave out. */
@Injectable()
export class WorkspaceSearchService {
  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    @Inject(agentEnvironmentConfig.KEY)
    private readonly environment: ConfigType<typeof agentEnvironmentConfig>,
  ) {}

  /** Ends when `signal` is aborted. @throws search.unavailable */
  async search(request: SearchWorkspaceRequest, signal: AbortSignal): Promise<SearchResponse> {
    const { q } = request;
    return request.in === 'names' ? this.searchNames(q, signal) : this.searchContents(q, signal);
  }

  private async searchNames(q: string, signal: AbortSignal): Promise<SearchResponse> {
    const result = await this.run(['--files'], signal);
    return toResponse(result, parseNameHits(result.output.toString(), q));
  }

  private async searchContents(q: string, signal: AbortSignal): Promise<SearchResponse> {
    const { fileMaxBytes, hitsPerFileMax, lineMaxLength } = searchLimits;
    const args = [
      '--fixed-strings',
      '--smart-case',
      '--line-number',
      '--no-heading',
      '--with-filename',
      `--max-count=${hitsPerFileMax}`,
      `--max-filesize=${fileMaxBytes}`,
      `--max-columns=${lineMaxLength}`,
      '--max-columns-preview',
      `--regexp=${q}`,
    ];
    const result = await this.run(args, signal);
    return toResponse(result, parseContentHits(result.output.toString()));
  }

  private async run(args: readonly string[], signal: AbortSignal): Promise<RunResult> {
    const { homePath, workspacePath } = this.config;
    try {
      return await runProgram('rg', [...always, ...args, '--', './'], {
        cwd: workspacePath,
        env: agentEnvironment(this.environment, { home: homePath, workspacePath }),
        outputMaxBytes,
        timeoutMs: searchLimits.timeoutMs,
        signal,
      });
    } catch (cause) {
      if (!(cause instanceof ProcessStartError)) throw cause;
      throw new DomainError('search.unavailable', {
        message: 'Searching needs ripgrep (rg), which is not installed here.',
        cause,
      });
    }
  }
}

function toResponse(result: RunResult, hits: readonly SearchHit[]): SearchResponse {
  const sorted = hits.toSorted((a, b) => compare(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0));
  return {
    hits: sorted.slice(0, searchLimits.hitsMax),
    isTruncated: result.isCut || result.isTimedOut || hits.length > searchLimits.hitsMax,
  };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
