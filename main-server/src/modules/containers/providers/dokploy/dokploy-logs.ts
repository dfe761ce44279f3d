import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeFileAndDraft, writeFileAtomic } from '@codex-webapp/nest-kit';
import { logTailDefault, type LogLine, type LogOptions } from '../container-provider.ts';
import { LineSplitter, markLines, parsePlace, type TimedLine } from '../log-lines.ts';
import type { OwnApp } from './dokploy-apps.ts';
import { logText } from './dokploy-answers.ts';
import { DokployApiError } from './dokploy-api.errors.ts';
import type { DokployEngine } from './dokploy-engine.ts';
import { openLogSocket, toTimedLines } from './dokploy-log-socket.ts';
import { pause, type DokployClient } from './dokploy.client.ts';

const keptLines = 2_000;
const mostLines = 10_000;
const firstReconnectMs = 500;
const longestReconnectMs = 8_000;

/** What a session's containers print. Dokploy forgets it when an app is stopped; we keep the end of it then. */
export class DokployLogs {
  constructor(
    private readonly client: DokployClient,
    private readonly engine: Pick<DokployEngine, 'findStartedAt'>,
    private readonly options: {
      readonly baseUrl: string;
      readonly apiKey: string;
      /** Where the ends of logs are kept. */
      readonly folder: string;
    },
  ) {}

  async *read(app: OwnApp, options: LogOptions): AsyncIterable<LogLine> {
    if (options.follow) yield* this.follow(app, options);
    else yield* markLines(await this.readNewest(app, options));
  }

  /** Before a stop, which takes the log along. */
  async keep(app: OwnApp): Promise<void> {
    const lines = await this.fetchLines(app, keptLines);
    if (lines.length === 0) return;
    await mkdir(this.options.folder, { recursive: true, mode: 0o700 });
    const rows = lines.map(({ at, text }) => `${at} ${text}\n`);
    await writeFileAtomic(this.pathOf(app.sessionId), rows.join(''));
  }

  async forget(sessionId: string): Promise<void> {
    await removeFileAndDraft(this.pathOf(sessionId));
  }

  /** Goes on after a cut where it was, and over restarts of the app, until it is told to stop or the app is gone. */
  private async *follow(app: OwnApp, options: LogOptions): AsyncIterable<LogLine> {
    const { after, signal, tail = logTailDefault } = options;
    const backlog = after === undefined ? tail : mostLines;
    let place = after === undefined ? null : parsePlace(after);
    let isAfterGap = after !== undefined && place === null;
    if (after === undefined) {
      for await (const line of markLines(await this.readNewest(app, options))) {
        place = parsePlace(line.mark);
        yield line;
      }
    }
    const startedAt = options.sinceStart && place === null ? await this.engine.findStartedAt(app) : null;
    for (let reconnectMs = firstReconnectMs; ;) {
      if (signal?.aborted) return;
      const lines = this.openSocket(app, place === null ? backlog : mostLines, signal);
      const wanted = place === null ? since(lines, startedAt) : notBefore(lines, place.at);
      for await (const line of markLines(wanted, { after: place })) {
        place = parsePlace(line.mark);
        reconnectMs = firstReconnectMs;
        yield isAfterGap ? { ...line, isAfterGap } : line;
        isAfterGap = false;
      }
      if (signal?.aborted) return;
      // Says why, if the key or the app is gone.
      await this.fetchLines(app, 1);
      // With nothing to go on from, what is printed until it listens again stays unseen.
      isAfterGap ||= place === null && backlog === 0;
      await pause(reconnectMs);
      reconnectMs = Math.min(reconnectMs * 2, longestReconnectMs);
    }
  }

  private openSocket(app: OwnApp, tail: number, signal?: AbortSignal): AsyncIterable<TimedLine> {
    const { appName, serverId } = app;
    return openLogSocket({ ...this.options, appName, serverId: serverId ?? null, tail, signal });
  }

  /** Oldest first. */
  private async readNewest(
    app: OwnApp,
    { tail = logTailDefault, sinceStart }: LogOptions,
  ): Promise<readonly TimedLine[]> {
    const lines = await this.fetchLines(app, tail);
    if (lines.length === 0) return tail === 0 ? [] : (await this.readKept(app.sessionId)).slice(-tail);
    const startedAt = sinceStart ? await this.engine.findStartedAt(app) : null;
    return lines.filter((line) => isSince(line, startedAt));
  }

  private async fetchLines({ applicationId }: OwnApp, tail: number): Promise<readonly TimedLine[]> {
    if (tail === 0) return [];
    try {
      const query = { applicationId, tail: Math.min(tail, mostLines) };
      const text = await this.client.get('application.readLogs', logText, query);
      return linesOf(text).slice(-tail);
    } catch (error) {
      // An app that never was deployed has no log, which is a failure there; and one that is gone has none either.
      if (error instanceof DokployApiError && (error.isAbsent || error.status === 500)) return [];
      throw error;
    }
  }

  private async readKept(sessionId: string): Promise<readonly TimedLine[]> {
    try {
      return linesOf(await readFile(this.pathOf(sessionId), 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  private pathOf(sessionId: string): string {
    return join(this.options.folder, `${sessionId.replaceAll(/[^\w-]/g, '_')}.log`);
  }
}

function linesOf(text: string): readonly TimedLine[] {
  return [...new LineSplitter().push(Buffer.from(text))].flatMap((row) => toTimedLines(row.text));
}

/** All tasks of a service have one log. An engine notes when a container was made in a shorter notation than lines. */
function isSince({ at }: TimedLine, startedAt: string | null): boolean {
  return startedAt === null || at === null || Date.parse(at) >= Date.parse(startedAt);
}

async function* since(lines: AsyncIterable<TimedLine>, startedAt: string | null): AsyncIterable<TimedLine> {
  for await (const line of lines) if (isSince(line, startedAt)) yield line;
}

/** What an earlier task says late was told already. */
async function* notBefore(lines: AsyncIterable<TimedLine>, at: string): AsyncIterable<TimedLine> {
  for await (const line of lines) if (line.at !== null && line.at >= at) yield line;
}
