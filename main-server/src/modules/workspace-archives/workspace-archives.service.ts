import type { Readable } from 'node:stream';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { WorkspaceArchiveRequest, WorkspaceDownloadResponse } from '@codex-webapp/contracts';
import { DomainError, toArchiveName } from '@codex-webapp/nest-kit';
import type { AuthUser } from '../../common/auth-user.ts';
import { ContainerArchivesService } from '../containers/container-archives.service.ts';
import { SessionActivity } from '../containers/session-activity.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { Session } from '../session-state/session.ts';
import { TunnelledArchives } from './tunnelled-archives.ts';
import { WorkspaceDownloads } from './workspace-downloads.ts';

export interface WorkspaceArchive {
  readonly bytes: Readable;
  readonly fileName: string;
}

/** The workspaces of sessions as archives, whether their containers run or not. */
@Injectable()
export class WorkspaceArchivesService implements OnModuleInit {
  private readonly logger = new Logger(WorkspaceArchivesService.name);

  constructor(
    private readonly sessions: SessionStateService,
    private readonly containers: ContainerArchivesService,
    private readonly tunnelled: TunnelledArchives,
    private readonly downloads: WorkspaceDownloads,
    private readonly activity: SessionActivity,
  ) {}

  /** A container that is read from is not one that nobody uses. */
  onModuleInit(): void {
    this.activity.addBusyCheck((_manager, { id }) => Promise.resolve(this.downloads.isUnderWay(id)));
  }

  /**
   * As fast as it is read. Ends with an error unless it is whole. Destroying it ends the work; so does `disconnection`,
   * also before there is anything to read.
   * @throws session.not_found, request.too_many, container.not_running, …
   */
  async open(
    user: AuthUser,
    sessionId: string,
    { download }: WorkspaceArchiveRequest,
    disconnection: AbortSignal,
  ): Promise<WorkspaceArchive> {
    const session = await this.sessions.getOwned(user, sessionId);
    const fileName = toArchiveName(session.title);
    const { id: userId, loginId, tokenId } = user;
    const asked = { id: download, sessionId, userId, fileName, loginId, tokenId, disconnection };
    const { signal, ...entry } = this.downloads.begin(asked);
    try {
      return { bytes: entry.count(await this.read(session, signal)), fileName };
    } catch (error) {
      entry.fail(error);
      throw error;
    }
  }

  /** @throws session.not_found, workspace.archive_unknown */
  async follow(user: AuthUser, sessionId: string, download: string): Promise<WorkspaceDownloadResponse> {
    await this.sessions.getOwned(user, sessionId);
    return this.downloads.get(sessionId, download);
  }

  /** From inside where that is possible: there it counts as the session's own work. A container that is broken is gone around. */
  private async read(session: Session, signal: AbortSignal): Promise<Readable> {
    if (!this.tunnelled.isPossible(session.id)) return this.containers.open(session, signal);
    try {
      return await this.tunnelled.open(session.id, signal);
    } catch (error) {
      signal.throwIfAborted();
      const isBusy = error instanceof DomainError && error.code === 'request.too_many';
      if (isBusy || !this.containers.canRead(session)) throw error;
      this.logger.warn({ msg: 'Files are read without their container', sessionId: session.id, err: error });
      return this.containers.open(session, signal);
    }
  }
}
