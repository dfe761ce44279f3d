import { Logger } from '@nestjs/common';
import {
  clientFrameLimits,
  closeCodes,
  oldestSupportedProtocol,
  protocolVersion,
  type ClientFrame,
  type ClientFrameOf,
  type Cursor,
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
import type { Snapshot } from './snapshots.service.ts';

/** What a client's frames are about, bound to who sends them. */
export interface ClientCommands {
  run(frame: Exclude<ClientFrame, { type: 'subscribe' }>): Promise<void>;
}

/** Where a client's entries come from. */
export interface ClientFeed {
  open(
    listener: { entries(entries: readonly Entry[]): void; reset(): void },
    read: (cursor: Cursor) => Promise<void>,
  ): Promise<() => void>;
  snapshot(cursor: Cursor): Promise<Snapshot>;
  /** Null when the client's cursor means nothing, or is too far behind. */
  between(from: Cursor, to: Cursor): Promise<readonly Entry[] | null>;
}

/** One page's socket of one session. Its frames are worked on in order; what it is shown has no gap and no double. */
export class ClientConnection {
  private readonly logger = new Logger(ClientConnection.name);
  private readonly paced: PacedSocket;
  private readonly rate: RateLimit;
  private work: Promise<void> = Promise.resolve();
  private stopListening: (() => void) | null = null;
  private isEnded = false;

  constructor(
    socket: WebSocket,
    private readonly sessionId: string,
    private readonly feed: ClientFeed,
    private readonly commands: ClientCommands,
  ) {
    this.paced = new PacedSocket(socket);
    this.rate = new RateLimit(clientFrameLimits, () => performance.now());
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('close', () => this.end());
    this.send({ type: 'hello', protocolVersion, sessionId });
  }

  send(frame: ServerFrame): void {
    this.paced.send(JSON.stringify(frame));
  }

  close(code: number, reason: string): void {
    this.end();
    this.paced.close(code, reason);
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
    if (!this.stopListening) {
      throw new DomainError('frame.invalid', {
        message: 'type: The first frame is subscribe.',
        details: { fields: [{ field: 'type', problems: ['The first frame is subscribe.'] }] },
      });
    }
    await this.commands.run(frame);
  }

  private async subscribe(frame: ClientFrameOf<'subscribe'>): Promise<void> {
    if (this.stopListening)
      throw new DomainError('frame.invalid', { message: 'type: There is one subscribe per connection.' });
    if (frame.protocolVersion < oldestSupportedProtocol || frame.protocolVersion > protocolVersion) {
      const message = `This server speaks protocol ${oldestSupportedProtocol} to ${protocolVersion}. Reload the page.`;
      this.sendError({ code: 'protocol.unsupported', message }, null);
      return this.close(closeCodes.protocolUnsupported, 'protocol version not supported');
    }
    await this.listen(frame.cursor);
  }

  private async listen(from: Cursor | null): Promise<void> {
    const stop = await this.feed
      .open(
        {
          entries: (entries) => {
            if (!this.paced.send(toEntriesFrame(entries))) this.end();
          },
          reset: () => this.startOver(),
        },
        (cursor) => this.catchUp(from, cursor),
      )
      .catch((error: unknown) => this.giveUp(error));
    if (stop === null) return;
    if (this.isEnded) return stop();
    this.stopListening = stop;
  }

  /** A page that could not be shown anything must not sit there as if nothing happened: it comes back. */
  private giveUp(error: unknown): null {
    if (error instanceof DomainError) throw error;
    this.logger.warn({ msg: 'A page could not be shown its session', sessionId: this.sessionId, err: error });
    this.close(closeCodes.restarting, 'could not be read; try again');
    return null;
  }

  private async catchUp(from: Cursor | null, to: Cursor): Promise<void> {
    if (this.isEnded) return;
    const missed = from && (await this.feed.between(from, to));
    if (missed) {
      if (missed.length > 0) this.paced.sendLarge(toEntriesFrame(missed));
      return;
    }
    if (from && from.epoch !== to.epoch) this.send({ type: 'reset', reason: 'The history has changed.' });
    this.paced.sendLarge(JSON.stringify(await this.feed.snapshot(to)));
  }

  /** What was shown has been taken back. */
  private startOver(): void {
    this.stopListening?.();
    this.stopListening = null;
    this.send({ type: 'reset', reason: 'Something that was shown could not be stored.' });
    this.work = this.work.then(() => this.listen(null)).catch((error: unknown) => this.onError(error, null));
  }

  private onError(error: unknown, frameId: string | null): void {
    if (error instanceof DomainError) return this.sendError(error.toPayload(), frameId);
    this.logger.error({ msg: 'A frame failed', sessionId: this.sessionId, err: error });
    this.sendError({ code: 'internal', message: 'Something went wrong on the server.' }, frameId);
  }

  private sendError(error: ErrorPayload, frameId: string | null): void {
    this.send({ type: 'error', error, frameId });
  }

  private end(): void {
    this.isEnded = true;
    this.stopListening?.();
    this.stopListening = null;
  }
}
