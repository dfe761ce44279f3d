import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { composeFinalMessage, type FoldedTurn, type StoreMessageRequest } from '@codex-webapp/contracts';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { BackOff } from '../main-link/back-off.ts';
import { BlobSpool } from '../blobs/blob-spool.ts';
import {
  errorOf,
  isRefusedForGood,
  MainServerClient,
  type WebhookAnswer,
} from '../main-link/main-server-client.ts';
import { Outbox } from '../main-link/outbox.ts';
import { DiskRoom } from '../storage/disk-room.ts';
import { replaceFile } from '../storage/replace-file.ts';
import { sessionConfig, type SessionConfig } from '../session.config.ts';

const suffix = '.json';

/** Brings the message of each turn to main-server once, however often it has to be said. */
@Injectable()
export class MessagePostService {
  private readonly logger = new Logger(MessagePostService.name);
  private readonly folder: string;
  private readonly stopping = new AbortController();
  /** One after the other, in the order of the turns. */
  private tail: Promise<void> = Promise.resolve();

  constructor(
    @Inject(sessionConfig.KEY) config: SessionConfig,
    private readonly client: MainServerClient,
    private readonly outbox: Outbox,
    private readonly blobs: BlobSpool,
    private readonly room: DiskRoom,
  ) {
    this.folder = path.join(config.statePath, 'messages');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  /** Resolves once nothing is on its way that was so at the call. */
  get settled(): Promise<void> {
    return this.tail;
  }

  /** Writes the message down; it is posted after a `post`, or by the next process. */
  async store(turn: FoldedTurn): Promise<void> {
    await this.room.wait(() => {
      const message = composeFinalMessage(turn, (content, end) => this.blobs.keep(content, end));
      replaceFile(this.fileOf(turn.turnId), JSON.stringify(message));
    });
  }

  /** How a turn ended whose message was written down and not posted; null for any other. */
  findStored(turnId: string): Pick<StoreMessageRequest, 'outcome' | 'reason'> | null {
    try {
      return JSON.parse(readFileSync(this.fileOf(turnId), 'utf8')) as StoreMessageRequest;
    } catch {
      return null; // Not written, or posted already.
    }
  }

  /** Posts what was stored once main-server has all events up to that number; tries until it is taken or refused for good. */
  post(turnId: string, afterSeq: number): void {
    this.tail = this.tail
      .then(() => this.deliver(turnId, afterSeq))
      .catch((error: unknown) => {
        // The agent can delete the file; main-server makes the message of the events then.
        this.logger.error({ msg: 'The message of a turn could not be posted', turnId, err: error });
      });
  }

  /** Posts what earlier processes left, oldest first. */
  postLeftovers(): void {
    const names = readdirSync(this.folder).filter((name) => name.endsWith(suffix));
    const writtenAt = (name: string): number => statSync(path.join(this.folder, name)).mtimeMs;
    const oldestFirst = names.sort((a, b) => writtenAt(a) - writtenAt(b));
    for (const name of oldestFirst)
      this.post(decodeURIComponent(name.slice(0, -suffix.length)), this.outbox.lastSeq);
  }

  /** Ends the tries; what is not posted stays for the next process. */
  stop(): void {
    this.stopping.abort();
  }

  private async deliver(turnId: string, afterSeq: number): Promise<void> {
    const { signal } = this.stopping;
    await Promise.race([this.outbox.whenAcked(afterSeq), aborted(signal)]);
    const backOff = new BackOff(500, 30_000);
    let post = { body: readFileSync(this.fileOf(turnId), 'utf8'), idempotencyKey: `turn:${turnId}` };
    while (!signal.aborted) {
      const answer = await this.client.call({ method: 'POST', path: 'message', ...post, signal });
      if (isOfUnknownTurn(answer) && post.idempotencyKey.startsWith('turn:')) {
        // main-server was put back to before this turn: what was said in it is kept without it.
        post = { body: withoutTurn(post.body), idempotencyKey: `said-in:${turnId}` };
        continue;
      }
      if (await this.settle(turnId, answer)) return;
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, backOff.nextMs()).unref()),
        aborted(signal),
      ]);
    }
  }

  /** Whether nothing more is to be done about the message. */
  private async settle(turnId: string, answer: WebhookAnswer): Promise<boolean> {
    if (answer.status >= 200 && answer.status < 300) {
      rmSync(this.fileOf(turnId), { force: true });
      return true;
    }
    if (!isRefusedForGood(answer)) {
      this.logger.debug({
        msg: 'The message of a turn was not taken, trying again',
        turnId,
        status: answer.status,
      });
      return false;
    }
    const { status } = answer;
    this.logger.warn({
      msg: 'The message of a turn was refused',
      turnId,
      status,
      code: errorOf(answer)?.code,
    });
    rmSync(this.fileOf(turnId), { force: true });
    const text = `The message of this turn was refused by the server (${errorOf(answer)?.code ?? status}). Its steps above are complete.`;
    await this.outbox.append({ type: 'notice.raised', turnId, level: 'warning', text });
    return true;
  }

  private fileOf(turnId: string): string {
    return path.join(this.folder, `${encodeURIComponent(turnId)}${suffix}`);
  }
}

function isOfUnknownTurn(answer: WebhookAnswer): boolean {
  const details = errorOf(answer)?.details as { fields?: readonly { field: string }[] } | undefined;
  return answer.status === 400 && details?.fields?.some(({ field }) => field === 'turnId') === true;
}

function withoutTurn(body: string): string {
  const { turnId: _unknown, ...rest } = JSON.parse(body) as StoreMessageRequest;
  return JSON.stringify(rest);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
