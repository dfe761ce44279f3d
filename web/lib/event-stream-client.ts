import type { SocketEnvironment, SocketTimer } from '@codex-webapp/ui/realtime';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { reportLoginLost } from './api-client.ts';
import { ApiError, describeError, readApiError } from './api-error.ts';

export interface StreamState {
  readonly phase: 'connecting' | 'open' | 'waiting' | 'ended';
  /** When it tries again, milliseconds since 1970; only while `waiting`. */
  readonly retryAt: number | null;
  /** Why it waits, or has ended; null when there is nothing to say. */
  readonly message: string | null;
}

export type StreamEnvironment = Pick<SocketEnvironment, 'now' | 'random' | 'after' | 'onSignal'> & {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
};

export interface EventStreamOptions {
  readonly environment: StreamEnvironment;
  readonly path: string;
  /** What came at once, in order. */
  readonly onEvents: (events: readonly EventSourceMessage[]) => void;
  readonly onState: (state: StreamState) => void;
  /** Why nothing follows this event; null when it is none of that kind. */
  readonly endOf: (event: EventSourceMessage) => StreamEnd | null;
}

export interface StreamEnd {
  readonly message: string;
  /** Whether it is worth to come back. */
  readonly isFinal: boolean;
  readonly isLoginLost: boolean;
}

export const streamTimes = {
  /** The server says something every 15 s. */
  silenceMs: 40_000,
  retryBaseMs: 500,
  retryMaxMs: 15_000,
} as const;

/** Statuses that another attempt does not change. */
const finalStatuses: readonly number[] = [400, 401, 403, 404, 410];

/** Reads an event stream of main-server, and comes back after a cut with the id of the last event it has. */
export class EventStreamClient {
  private attempt = 0;
  /** As the server asked for with its last words. */
  private leastPauseMs = 0;
  private lastEventId: string | null = null;
  private running: AbortController | null = null;
  private retry: SocketTimer | null = null;
  private silence: SocketTimer | null = null;
  private isOver = false;
  private unsubscribe: () => void = () => {};

  constructor(private readonly options: EventStreamOptions) {}

  start(): void {
    this.isOver = false;
    this.unsubscribe = this.options.environment.onSignal((signal) => {
      if (signal !== 'hidden') this.retryNow();
    });
    void this.run();
  }

  /** Closes for good. */
  stop(): void {
    this.isOver = true;
    this.unsubscribe();
    this.retry?.cancel();
    this.silence?.cancel();
    this.running?.abort();
  }

  /** Tries at once instead of waiting. */
  retryNow(): void {
    if (this.retry === null || this.isOver) return;
    this.retry.cancel();
    this.attempt = 0;
    void this.run();
  }

  private async run(): Promise<void> {
    this.retry = null;
    const controller = new AbortController();
    this.running = controller;
    this.setState('connecting');
    const end = await this.readOnce(controller).catch((error: unknown) => this.endOfError(error));
    this.silence?.cancel();
    if (this.isOver) return;
    if (end?.isLoginLost === true) reportLoginLost();
    if (end?.isFinal === true) {
      this.isOver = true;
      this.unsubscribe();
      return this.setState('ended', end.message);
    }
    this.waitForRetry(end?.message ?? null);
  }

  /** Resolves with what the server said last, when it said why. */
  private async readOnce(controller: AbortController): Promise<StreamEnd | null> {
    const { environment, path, onEvents, endOf } = this.options;
    this.expectMore(controller);
    const response = await environment.fetch(path, {
      signal: controller.signal,
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      headers: {
        accept: 'text/event-stream',
        ...(this.lastEventId === null ? {} : { 'last-event-id': this.lastEventId }),
      },
    });
    if (!response.ok || response.body === null) throw await readApiError(response);
    this.attempt = 0;
    this.leastPauseMs = 0;
    this.setState('open');
    let batch: EventSourceMessage[] = [];
    const parser = createParser({
      onEvent: (event) => batch.push(event),
      onRetry: (ms) => (this.leastPauseMs = ms),
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      this.expectMore(controller);
      parser.feed(part.value);
      const events = batch;
      batch = [];
      this.lastEventId = events.findLast(({ id }) => id !== undefined)?.id ?? this.lastEventId;
      if (this.isOver) return null;
      onEvents(events);
      const end = events.map(endOf).find((found) => found !== null);
      if (end) return end;
    }
    return null;
  }

  private endOfError(error: unknown): StreamEnd {
    const isFromServer = error instanceof ApiError;
    return {
      message: isFromServer ? describeError(error) : 'The server does not answer.',
      isFinal: isFromServer && finalStatuses.includes(error.status),
      isLoginLost: isFromServer && error.status === 401,
    };
  }

  /** What is silent for too long is dead, whatever its connection says. */
  private expectMore(controller: AbortController): void {
    this.silence?.cancel();
    this.silence = this.options.environment.after(streamTimes.silenceMs, () => controller.abort());
  }

  private waitForRetry(message: string | null): void {
    const { environment } = this.options;
    const ceiling = Math.min(streamTimes.retryMaxMs, streamTimes.retryBaseMs * 2 ** this.attempt);
    this.attempt += 1;
    const pause = Math.round(ceiling / 2 + (ceiling / 2) * environment.random());
    const delay = Math.max(pause, this.leastPauseMs);
    this.retry = environment.after(delay, () => void this.run());
    this.options.onState({ phase: 'waiting', retryAt: environment.now() + delay, message });
  }

  private setState(phase: StreamState['phase'], message: string | null = null): void {
    if (this.isOver && phase !== 'ended') return;
    this.options.onState({ phase, retryAt: null, message });
  }
}
