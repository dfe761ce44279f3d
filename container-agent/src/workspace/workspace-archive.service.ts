import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import {
  archiveArguments,
  archiveComplaintsMaxBytes,
  DomainError,
  isArchiveComplete,
  wholeOrBroken,
} from '@codex-webapp/nest-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { agentEnvironmentConfig } from '../agents/agents.config.ts';
import { runProgram } from '../process/run-program.ts';
import { ProcessStartError, startProcess, type RunningProcess } from '../process/running-process.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';
import { toWorkspaceError } from './workspace.errors.ts';

/** Each reads the whole workspace and keeps a processor busy. */
const archivesMax = 2;
const versionTimeoutMs = 5_000;

/** Gives the workspace away as one compressed archive, while the session goes on. */
@Injectable()
export class WorkspaceArchiveService {
  private readonly logger = new Logger(WorkspaceArchiveService.name);
  private underWay = 0;

  constructor(
    @Inject(sessionConfig.KEY) private readonly config: SessionConfig,
    @Inject(agentEnvironmentConfig.KEY)
    private readonly environment: ConfigType<typeof agentEnvironmentConfig>,
  ) {}

  /**
   * As fast as it is read, and no faster. Ends with an error unless it is whole; destroying it ends the work.
   * @throws request.too_many, workspace.archive_unavailable
   */
  async open(): Promise<Readable> {
    if (this.underWay >= archivesMax) {
      throw new DomainError('request.too_many', {
        message: 'Archives of this workspace are being made already. Wait for one of them to end.',
      });
    }
    this.underWay += 1;
    try {
      return this.follow(await this.startTar());
    } catch (error) {
      this.underWay -= 1;
      throw error;
    }
  }

  private follow(tar: RunningProcess): Readable {
    let complaints = '';
    tar.stderr.on('data', (chunk: Buffer) => {
      if (complaints.length < archiveComplaintsMaxBytes) complaints += chunk.toString();
    });
    return wholeOrBroken(tar.stdout, {
      assertComplete: async () => {
        const { code } = await tar.exited;
        if (!isArchiveComplete(code, complaints)) throw new Error(`tar ended with ${code}: ${complaints}`);
        if (complaints !== '') this.logger.warn({ msg: 'Parts of an archive changed or are left out' });
      },
      release: () => {
        this.underWay -= 1;
        void tar.kill({ graceMs: 0 });
      },
    });
  }

  private async startTar(): Promise<RunningProcess> {
    // Programs of the workspace are not looked for, nor settings that could name one.
    const env = { PATH: this.environment['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' };
    try {
      const folder = await realpath(this.config.workspacePath);
      const cwd = path.dirname(folder);
      const version = await runProgram('tar', ['--version'], {
        cwd,
        env,
        outputMaxBytes: archiveComplaintsMaxBytes,
        timeoutMs: versionTimeoutMs,
      });
      const isGnu = version.output.includes('GNU tar');
      return await startProcess('tar', archiveArguments(folder, { isGnu }), {
        cwd,
        env,
        marker: `archive-${randomUUID()}`,
        stdin: 'none',
      });
    } catch (cause) {
      if (!(cause instanceof ProcessStartError)) throw toWorkspaceError(cause);
      throw new DomainError('workspace.archive_unavailable', {
        message: 'An archive needs the program tar, which is not installed where the session runs.',
        cause,
      });
    }
  }
}
