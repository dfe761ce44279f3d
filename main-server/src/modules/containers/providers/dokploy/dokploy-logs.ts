import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { LogOptions } from '../container-provider.ts';
import type { OwnApp } from './dokploy-apps.ts';
import { logText } from './dokploy-answers.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

const defaultTail = 200;
const keptLines = 2_000;
const mostLines = 10_000;
const reconnectMs = 500;
const pendingLines = 5_000;
const stamped = /^(?<at>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) ?(?<text>.*)$/;

interface Line {
  readonly at: string;
  readonly text: string;
}

/** What a session's containers print. Dokploy forgets it when an app is stopped; we keep the end of it then. */
export class DokployLogs {
  constructor(
    private readonly client: DokployClient,
    private readonly options: {
      readonly baseUrl: string;
      readonly apiKey: string;
      /** Where the ends of logs are kept. */
      readonly folder: string;
    },
  ) {}

  /** The newest lines, oldest first. */
  async read(app: OwnApp, tail: number = defaultTail): Promise<readonly string[]> {
    const lines = await this.fetchLines(app, tail);
    if (lines.length > 0) return lines.map(({ text }) => text);
    const kept = await this.readKept(app.sessionId);
    return tail === 0 ? [] : kept.slice(-tail);
  }

  /** Before a stop, which takes the log along. */
  async keep(app: OwnApp): Promise<void> {
    const lines = (await this.fetchLines(app, keptLines)).map(({ text }) => text);
    if (lines.length === 0) return;
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    const path = this.pathOf(app.sessionId);
    await writeFile(`${path}.new`, `${lines.join('\n')}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }

  async forget(sessionId: string): Promise<void> {
    await rm(this.pathOf(sessionId), { force: true });
  }

  /** Goes on after a cut where it was, until it is told to stop or the app is gone. */
  async *follow(app: OwnApp, { tail = defaultTail, signal }: LogOptions): AsyncIterable<string> {
    const seen = new SeenLines();
    if (tail > 0) {
      const lines = await this.fetchLines(app, tail);
      for (const line of lines) {
        seen.add(line);
        yield line.text;
      }
    }
    let isFirst = tail === 0;
    for (;;) {
      if (signal?.aborted) return;
      // Only a cut is followed by a look back: what `tail: 0` leaves out stays out.
      for await (const line of this.stream(app, isFirst ? 0 : mostLines, signal)) {
        if (!seen.add(line)) continue;
        yield line.text;
      }
      isFirst = false;
      if (signal?.aborted) return;
      // Says why, if the key or the app is gone.
      await this.fetchLines(app, 1);
      await pause(reconnectMs);
    }
  }

  /** Ends with its connection. */
  private async *stream(app: OwnApp, tail: number, signal: AbortSignal | undefined): AsyncIterable<Line> {
    const url = new URL('/docker-container-logs', this.options.baseUrl.replace(/^http/, 'ws'));
    const query = {
      containerId: app.appName,
      tail: String(tail),
      since: 'all',
      search: '',
      runType: 'swarm',
    };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    if (app.serverId) url.searchParams.set('serverId', app.serverId);
    const socket = new WebSocket(url, {
      headers: { 'x-api-key': this.options.apiKey },
      followRedirects: false,
    });
    const lines: Line[] = [];
    let rest = '';
    const connection = { isOpen: true };
    let wake = (): void => undefined;
    const end = (): void => {
      connection.isOpen = false;
      wake();
    };
    socket.on('message', (data: Buffer) => {
      const parts = (rest + data.toString('utf8')).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...toLines(parts));
      // Who reads too slowly loses the oldest of what waits, not the server its memory.
      if (lines.length > pendingLines) lines.splice(0, lines.length - pendingLines);
      wake();
    });
    socket.on('close', end);
    // What went wrong is asked for by the caller, over HTTP, which can say it.
    socket.on('error', end);
    const onAbort = (): void => socket.terminate();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) onAbort();
    try {
      while (connection.isOpen || lines.length > 0) {
        const line = lines.shift();
        if (line !== undefined) yield line;
        else if (connection.isOpen) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
      socket.terminate();
    }
  }

  private async fetchLines({ applicationId }: OwnApp, tail: number): Promise<readonly Line[]> {
    if (tail === 0) return [];
    try {
      const query = { applicationId, tail: Math.min(tail, mostLines) };
      return toLines((await this.client.get('application.readLogs', logText, query)).split('\n')).slice(
        -tail,
      );
    } catch (error) {
      // An app that never was deployed has no log, which is a failure there; and one that is gone has none either.
      if (error instanceof DokployApiError && (error.isAbsent || error.status === 500)) return [];
      throw error;
    }
  }

  private async readKept(sessionId: string): Promise<readonly string[]> {
    try {
      return (await readFile(this.pathOf(sessionId), 'utf8')).split('\n').slice(0, -1);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private pathOf(sessionId: string): string {
    return join(this.options.folder, `${sessionId.replaceAll(/[^\w-]/g, '_')}.log`);
  }
}

/** Tells which lines came before, by their times; several may have the same one. */
class SeenLines {
  private at = '';
  private texts: string[] = [];

  /** False for one that was there already. */
  add({ at, text }: Line): boolean {
    if (at < this.at) return false;
    if (at > this.at) {
      this.at = at;
      this.texts = [];
    }
    if (this.texts.includes(text)) return false;
    this.texts.push(text);
    return true;
  }
}

/** Every line begins with its time; what does not was said by a program on the way, and not by the container. */
function toLines(rows: readonly string[]): readonly Line[] {
  return rows.flatMap((row) => {
    const { at, text } = stamped.exec(row.replace(/\r$/, ''))?.groups ?? {};
    return at === undefined ? [] : [{ at, text: text ?? '' }];
  });
}
