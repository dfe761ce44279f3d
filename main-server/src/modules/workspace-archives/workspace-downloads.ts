import { randomUUID } from 'node:crypto';
import { finished, Transform, type Readable } from 'node:stream';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { WorkspaceDownloadResponse } from '@codex-webapp/contracts';
import { Clock, DomainError } from '@codex-webapp/nest-kit';
import { loginEvents, type ApiTokenRevoked, type LoginEnded } from '../auth/login.events.ts';
import { sessionEvents, type SessionRemoved } from '../session-state/session.events.ts';

/** Each keeps a processor busy, and a container of its own where the session does not run. */
export const downloadLimits = { ofSession: 2, ofUser: 4, all: 8 } as const;
/** Whoever takes less in that time is not waited for: others want the place. */
export const slowestDownload = { bytes: 1024 * 1024, inMs: 10 * 60_000 } as const;
const lookEveryMs = 60_000;
/** Long enough for a page that lost its connection to hear how it ended. */
const rememberedMs = 5 * 60_000;
const rememberedMax = 1_000;

export interface DownloadAsked {
  /** Chosen by who asks; one is made when absent. */
  readonly id?: string;
  readonly sessionId: string;
  readonly userId: string;
  readonly fileName: string;
  readonly loginId: string | null;
  readonly tokenId: string | null;
  /** Aborted when whoever asked is gone. */
  readonly disconnection: AbortSignal;
}

export interface DownloadUnderWay {
  /** Aborted when it has to end before its bytes have begun. */
  readonly signal: AbortSignal;
  /** Counts what is sent on, and notes how it ends. */
  readonly count: (bytes: Readable) => Readable;
  readonly fail: (error: unknown) => void;
}

interface Download extends DownloadAsked {
  readonly id: string;
  readonly abort: AbortController;
  state: WorkspaceDownloadResponse['state'];
  bytes: number;
  reason: string | null;
  endedAt: number | null;
}

interface Progress {
  readonly at: number;
  readonly bytes: number;
}

/** The downloads under way and those that ended a while ago: what a page shows, since its browser tells it nothing. */
@Injectable()
export class WorkspaceDownloads implements OnApplicationShutdown {
  private readonly logger = new Logger(WorkspaceDownloads.name);
  private readonly downloads = new Map<string, Download>();

  constructor(private readonly clock: Clock) {}

  onApplicationShutdown(): void {
    this.endAll(() => true, 'The server stopped.');
  }

  /** @throws request.too_many, request.invalid when the id was used before */
  begin(asked: DownloadAsked): DownloadUnderWay {
    this.forgetOld();
    const id = asked.id ?? randomUUID();
    if (this.downloads.has(id)) {
      throw new DomainError('request.invalid', {
        message: 'This download has begun before. Choose a new id.',
      });
    }
    this.assertRoom(asked);
    const download: Download = {
      ...asked,
      id,
      abort: new AbortController(),
      state: 'preparing',
      bytes: 0,
      reason: null,
      endedAt: null,
    };
    this.downloads.set(id, download);
    const cancel = (): void => download.abort.abort(ended(cancelled));
    if (asked.disconnection.aborted) cancel();
    else asked.disconnection.addEventListener('abort', cancel, { once: true });
    return {
      signal: download.abort.signal,
      count: (bytes) => this.count(download, bytes),
      fail: (error) => this.end(download, describe(error)),
    };
  }

  /** @throws workspace.archive_unknown */
  get(sessionId: string, id: string): WorkspaceDownloadResponse {
    const download = this.downloads.get(id);
    if (download?.sessionId !== sessionId) {
      throw new DomainError('workspace.archive_unknown', { message: 'There is no such download.' });
    }
    const { state, fileName, bytes, reason } = download;
    return { download: id, state, fileName, bytes, reason };
  }

  isUnderWay(sessionId: string): boolean {
    return this.listOpen().some((download) => download.sessionId === sessionId);
  }

  @OnEvent(loginEvents.ended)
  onLoginEnded({ loginId }: LoginEnded): void {
    this.endAll((download) => download.loginId === loginId, 'You were logged out.');
  }

  @OnEvent(loginEvents.apiTokenRevoked)
  onApiTokenRevoked({ tokenId }: ApiTokenRevoked): void {
    this.endAll((download) => download.tokenId === tokenId, 'The API token was revoked.');
  }

  @OnEvent(sessionEvents.removed)
  onSessionRemoved({ sessionId }: SessionRemoved): void {
    this.endAll((download) => download.sessionId === sessionId, 'The session was deleted.');
  }

  private assertRoom({ sessionId, userId }: DownloadAsked): void {
    const open = this.listOpen();
    const ofSession = open.filter((download) => download.sessionId === sessionId).length;
    const ofUser = open.filter((download) => download.userId === userId).length;
    const { ofSession: sessionMax, ofUser: userMax, all } = downloadLimits;
    if (ofSession < sessionMax && ofUser < userMax && open.length < all) return;
    throw new DomainError('request.too_many', {
      message: 'Too many workspaces are being downloaded. Wait until one has ended.',
      details: { retryAfterSeconds: 10 },
    });
  }

  private count(download: Download, bytes: Readable): Readable {
    const { signal } = download.abort;
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        download.state = 'sending';
        download.bytes += chunk.length;
        done(null, chunk);
      },
    });
    const cut = (): void => void counted.destroy(signal.reason as Error);
    signal.addEventListener('abort', cut, { once: true });
    const endLooks = this.watchPace(download, () => counted.destroy(ended(tooSlow)));
    // Not `pipeline`: whoever leaves before it begins has destroyed `counted` already.
    bytes.once('error', (error) => counted.destroy(error));
    finished(counted, (error) => {
      signal.removeEventListener('abort', cut);
      endLooks();
      bytes.destroy();
      this.end(download, error ? describe(error) : null);
    });
    if (signal.aborted) cut();
    else bytes.pipe(counted);
    return counted;
  }

  /** Calls `onSlow` once when too little was taken. Returns what ends the watch. */
  private watchPace(download: Download, onSlow: () => void): () => void {
    let seen: readonly Progress[] = [];
    let cancelNext = (): void => undefined;
    const look = (): void => {
      const now = this.clock.now();
      const before = seen.findLast(({ at }) => now - at >= slowestDownload.inMs);
      if (before !== undefined && download.bytes - before.bytes < slowestDownload.bytes) return onSlow();
      seen = [...seen.filter(({ at }) => at >= (before?.at ?? 0)), { at: now, bytes: download.bytes }];
      cancelNext = this.clock.schedule(lookEveryMs, look);
    };
    look();
    return () => cancelNext();
  }

  private end(download: Download, reason: string | null): void {
    if (download.endedAt !== null) return;
    download.endedAt = this.clock.now();
    download.state = reason === null ? 'done' : 'failed';
    download.reason = reason;
    const { sessionId, bytes, state } = download;
    this.logger.log({ msg: 'A download of a workspace ended', sessionId, bytes, state });
  }

  private endAll(isMeant: (download: Download) => boolean, reason: string): void {
    for (const download of this.listOpen()) if (isMeant(download)) download.abort.abort(ended(reason));
  }

  private listOpen(): readonly Download[] {
    return [...this.downloads.values()].filter(({ endedAt }) => endedAt === null);
  }

  private forgetOld(): void {
    const before = this.clock.now() - rememberedMs;
    for (const [id, { endedAt }] of this.downloads) {
      const isOld = endedAt !== null && (endedAt < before || this.downloads.size > rememberedMax);
      if (isOld) this.downloads.delete(id);
    }
  }
}

const cancelled = 'It was cancelled, or the connection was lost.';
const tooSlow = 'It was cut because less than a megabyte of it was taken in ten minutes.';

function ended(message: string): DomainError {
  return new DomainError('workspace.archive_unavailable', { message });
}

/** What Node calls it when the reader left. */
const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';

function describe(error: unknown): string {
  if ((error as NodeJS.ErrnoException | null)?.code === prematureClose) return cancelled;
  if (error instanceof DomainError) return error.message;
  return 'The files could not be read to their end. What was saved is not complete; delete it and try again.';
}
