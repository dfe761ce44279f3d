import { Logger } from '@nestjs/common';
import {
  clientFrameLimits,
  closeCodes,
  oldestSupportedProtocol,
  protocolVersion,
  type ClientFrame,
  type ClientFrameOf,
  type Entry,
  type ErrorPayload,
  type ServerFrame,
} from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { WebSocket } from 'ws';
import { parseClientFrame } from './client-frame-parser.ts';
import { toEntriesFrame } from './entries-frame.ts';
import { PacedSocket } from './paced-socket.ts';
import { RateLimit } from '../../common/rate-limit.ts';
import type { ClientEnd, ProgressFrame, SessionClient } from './session-clients.ts';
import { type FeedClient, type FeedSource, SessionFeed } from './session-feed.ts';
import type { Snapshot } from './snapshots.service.ts';

/** What a client's frames are about, bound to who sends them. */
export interface ClientCommands {
  run(frame: Exclude<ClientFrame, { type: 'subscribe' }>): Promise<void>;
}

const logger = new Logger('ClientConnection');

/** One page's socket of one session. Its frames are worked on in order; what it is shown has no gap and no double. */
export class ClientConnection implements SessionClient, FeedClient {
  private readonly paced: PacedSocket;
  private readonly rate = new RateLimit(clientFrameLimits);
  private readonly feed: SessionFeed;
  private work: Promise<void> = Promise.resolve();
  private isSubscribed = false;
  private isEnded = false;

  constructor(
    socket: WebSocket,
    private readonly sessionId: string,
    source: FeedSource,
    private readonly commands: ClientCommands,
  ) {
    this.paced = new PacedSocket(socket);
    this.feed = new SessionFeed(source, this);
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('close', () => this.leave());
    this.send({ type: 'hello', protocolVersion, sessionId });
  }

  progress(frame: ProgressFrame): void {
    this.send(frame);
  }

  end({ closeCode, error }: ClientEnd): void {
    this.close(closeCode, error.message);
  }

  snapshot(snapshot: Snapshot): void {
    this.paced.sendLarge(JSON.stringify(snapshot));
  }

  missed(entries: readonly Entry[]): void {
    this.paced.sendLarge(toEntriesFrame(entries));
  }

  entries(entries: readonly Entry[]): void {
    if (!this.paced.send(toEntriesFrame(entries))) this.leave();
  }

  reset(reason: string): void {
    this.send({ type: 'reset', reason });
  }

  /** A page that could not be shown anything must not sit there as if nothing happened: it comes back. */
  lost(error: unknown): void {
    if (error instanceof DomainError) return this.sendError(error.toPayload(), null);
    logger.warn({ msg: 'A page could not be shown its session', sessionId: this.sessionId, err: error });
    this.close(closeCodes.restarting, 'could not be read; try again');
  }

  private receive(data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
    if (this.isEnded) return;
    if (!this.rate.take()) {
      this.sendError({ code: 'frame.too_many', message: 'Frames came faster than allowed.' }, null);
      return this.close(closeCodes.tooMany, 'too many frames');
    }
    const parsed = parseClientFrame(data, isBinary);
    if (parsed.error) return this.sendError(parsed.error, parsed.frameId);
    const { frame, frameId } = parsed;
    this.work = this.work
      .then(() => this.handle(frame))
      .catch((error: unknown) => this.onError(error, frameId));
  }

  private async handle(frame: ClientFrame): Promise<void> {
    if (this.isEnded) return;
    if (frame.type === 'subscribe') return this.subscribe(frame);
    if (!this.isSubscribed) {
      throw new DomainError('frame.invalid', {
        message: 'type: The first frame is subscribe.',
        details: { fields: [{ field: 'type', problems: ['The first frame is subscribe.'] }] },
      });
    }
    await this.commands.run(frame);
  }

  private async subscribe(frame: ClientFrameOf<'subscribe'>): Promise<void> {
    if (this.isSubscribed)
      throw new DomainError('frame.invalid', { message: 'type: There is one subscribe per connection.' });
    if (frame.protocolVersion < oldestSupportedProtocol || frame.protocolVersion > protocolVersion) {
      const message = `This server speaks protocol ${oldestSupportedProtocol} to ${protocolVersion}. Reload the page.`;
      this.sendError({ code: 'protocol.unsupported', message }, null);
      return this.close(closeCodes.protocolUnsupported, 'protocol version not supported');
    }
    try {
      await this.feed.start(frame.cursor);
    } catch (error) {
      return this.lost(error);
    }
    this.isSubscribed = true;
  }

  private onError(error: unknown, frameId: string | null): void {
    if (error instanceof DomainError) return this.sendError(error.toPayload(), frameId);
    logger.error({ msg: 'A frame failed', sessionId: this.sessionId, err: error });
    this.sendError({ code: 'internal', message: 'Something went wrong on the server.' }, frameId);
  }

  private sendError(error: ErrorPayload, frameId: string | null): void {
    this.send({ type: 'error', error, frameId });
  }

  private send(frame: ServerFrame): void {
    this.paced.send(JSON.stringify(frame));
  }

  private close(code: number, reason: string): void {
    this.leave();
    this.paced.close(code, reason);
  }

  private leave(): void {
    this.isEnded = true;
    this.feed.end();
  }
}
