import type { StoreMessageRequest } from '@codex-webapp/contracts';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BackOff } from '../main-link/back-off.ts';
import { MainLinkService } from '../main-link/main-link.service.ts';
import {
  errorOf,
  isRefusedForGood,
  MainServerClient,
  type WebhookAnswer,
  type WebhookRequest,
} from '../main-link/main-server-client.ts';
import { BlobSpool } from './blob-spool.ts';

/** Eight megabytes over a slow line. */
const uploadDeadlineMs = 180_000;

/** Brings what is in the spool to main-server, each until it is taken, or refused for good and said so. */
@Injectable()
export class BlobUploadService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(BlobUploadService.name);
  private readonly stopping = new AbortController();
  private readonly backOff = new BackOff(500, 30_000);
  /** One after the other: the line is shared with the link. */
  private tail: Promise<void> = Promise.resolve();
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly spool: BlobSpool,
    private readonly client: MainServerClient,
    private readonly link: MainLinkService,
  ) {}

  /** What earlier processes left goes first. */
  onApplicationBootstrap(): void {
    for (const sha256 of this.spool.list()) this.enqueue(sha256);
    this.spool.onKept((sha256) => this.enqueue(sha256));
    // main-server is back: no need to wait for the next try.
    this.link.onReady(() => this.wakeUp());
  }

  /** What is not stored stays for the next process. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    this.wakeUp();
    await this.tail;
  }

  private enqueue(sha256: string): void {
    this.tail = this.tail
      .then(() => this.deliver(sha256))
      .catch((error: unknown) => {
        this.logger.error({ msg: 'A blob could not be uploaded', sha256, err: error });
      });
  }

  private async deliver(sha256: string): Promise<void> {
    const reason = await this.upload(sha256);
    if (reason === undefined || (reason !== null && !(await this.tellLoss(sha256, reason)))) return;
    this.spool.remove(sha256);
  }

  /** Null once it is stored, or the reason why it never will be. Undefined when the process stops first. */
  private async upload(sha256: string): Promise<string | null | undefined> {
    try {
      const answer = await this.callUntilFinal({
        method: 'PUT',
        path: `blobs/${sha256}`,
        bytes: () => this.spool.read(sha256),
        deadlineMs: uploadDeadlineMs,
      });
      if (!answer) return undefined;
      if (isTaken(answer)) return null;
      const { status } = answer;
      this.logger.warn({ msg: 'A blob was refused', sha256, status, code: errorOf(answer)?.code });
      return errorOf(answer)?.message ?? `The server answered ${status}.`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      // The agent has the same rights as we.
      this.logger.warn({ msg: 'A blob was deleted before it was stored', sha256 });
      return 'Its file was deleted in the container before the server had it.';
    }
  }

  /** A line of the conversation, so that nobody waits for what will not come. False when it could not be said yet. */
  private async tellLoss(sha256: string, reason: string): Promise<boolean> {
    const text = `A long output could not be kept whole; what is shown of it is all there is. ${reason}`;
    const body = { role: 'system', text } satisfies StoreMessageRequest;
    const answer = await this.callUntilFinal({
      method: 'POST',
      path: 'message',
      body: JSON.stringify(body),
      idempotencyKey: `blob:${sha256}`,
    });
    return answer !== null;
  }

  /** Null when the process stops first. */
  private async callUntilFinal(
    request: Omit<WebhookRequest, 'signal' | 'body'> & { body?: string; bytes?: () => Buffer },
  ): Promise<WebhookAnswer | null> {
    const { signal } = this.stopping;
    const { bytes, ...rest } = request;
    while (!signal.aborted) {
      const answer = await this.client.call({ ...rest, body: bytes?.() ?? rest.body, signal });
      if (isTaken(answer) || isRefusedForGood(answer)) {
        this.backOff.reset();
        return answer;
      }
      await this.pause(this.backOff.nextMs());
    }
    return null;
  }

  /** Ended early by `wakeUp`. */
  private async pause(delayMs: number): Promise<void> {
    if (this.stopping.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, delayMs).unref();
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isTaken({ status }: WebhookAnswer): boolean {
  return status >= 200 && status < 300;
}
