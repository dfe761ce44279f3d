import type { MessageListResponse, SessionResponse } from '@codex-webapp/contracts';
import type { ConversationSource, SourceListener } from '@codex-webapp/ui/conversation';
import { callApi } from './api-client.ts';

const pollMs = 1_500;

/** Run by hand there is no socket to the page: the conversation is asked for again and again. */
export class PollingSource implements ConversationSource {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isStopped = false;
  private lastSeen = '';
  private failures = 0;

  constructor(private readonly listener: SourceListener) {}

  start(): void {
    this.isStopped = false;
    void this.poll();
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  send(): boolean {
    return false;
  }

  retryNow(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    void this.poll();
  }

  private async poll(): Promise<void> {
    let delayMs = pollMs;
    try {
      const page = await callApi<MessageListResponse>('GET', '/api/messages');
      this.failures = 0;
      this.listener.onState({ phase: 'open', showsBanner: false });
      this.show(page);
    } catch {
      this.failures += 1;
      delayMs = Math.min(15_000, pollMs * 2 ** this.failures);
      const retryAt = Date.now() + delayMs;
      this.listener.onState({ phase: 'waiting', retryAt, showsBanner: this.failures > 2 });
    }
    if (!this.isStopped) this.timer = setTimeout(() => void this.poll(), delayMs);
  }

  private show(page: MessageListResponse): void {
    const last = page.messages.at(-1);
    const seen = `${page.messages.length}:${last?.id ?? ''}:${last?.position ?? 0}`;
    if (seen === this.lastSeen) return;
    this.lastSeen = seen;
    const sessionId = last?.sessionId ?? 'by-hand';
    this.listener.onFrame({
      type: 'snapshot',
      cursor: { epoch: 'by-hand', position: last?.position ?? 0 },
      session: { ...handRunSession, id: sessionId },
      container: {
        sessionId,
        provider: 'manual',
        status: 'running',
        generation: 1,
        isConnected: true,
        reason: null,
        steps: [],
        startedAt: null,
        image: null,
        isOutdated: false,
      },
      messages: [...page.messages].map((message) => ({ ...message, items: [...message.items] })),
      nextBefore: page.nextBefore,
      openEntries: [],
      prompts: [],
      isPaused: false,
      requests: [],
    });
  }
}

/** What a hand-run container knows of its session: nothing it would need. */
const handRunSession: SessionResponse = {
  id: 'by-hand',
  title: 'Run by hand',
  agent: 'shell',
  permissionMode: 'full-auto',
  model: null,
  effort: null,
  status: 'idle',
  provider: 'manual',
  size: 'medium',
  internet: true,
  containerStatus: 'running',
  reason: null,
  origin: location.origin,
  isKeptRunning: false,
  continuesAfterLimit: false,
  limitResetsAt: null,
  archivedAt: null,
  createdAt: new Date(0).toISOString(),
  lastActivityAt: new Date(0).toISOString(),
};
