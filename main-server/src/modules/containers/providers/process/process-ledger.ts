import { randomBytes } from 'node:crypto';
import type { ContainerSpec } from '../container-provider.ts';
import type { ProcessFolders } from './process-folders.ts';
import { rotateLog, sizeOf, type LogExtent } from './process-log.ts';
import { ProcessRecords, type ProcessRecord } from './process-records.ts';

/**
 * What is written down of processes, and where their logs are. Changed one at a time: the end of one process and the
 * start of the next may cross.
 */
export class ProcessLedger {
  private readonly records: ProcessRecords;
  private updates: Promise<unknown> = Promise.resolve();

  constructor(private readonly folders: ProcessFolders) {
    this.records = new ProcessRecords(folders.containers);
  }

  find(sessionId: string): Promise<ProcessRecord | null> {
    return this.records.find(sessionId);
  }

  /** The same object again while nothing changed. */
  list(): Promise<readonly ProcessRecord[]> {
    return this.records.list();
  }

  /** Of a start: its log goes on behind that of the starts before. */
  begin({ sessionId, generation }: Pick<ContainerSpec, 'sessionId' | 'generation'>): Promise<ProcessRecord> {
    return this.inTurn(async () => {
      const extent = await this.measureLog(sessionId);
      const { id, rotatedBytes, size } = extent ?? {
        id: randomBytes(8).toString('hex'),
        rotatedBytes: 0,
        size: 0,
      };
      const record: ProcessRecord = {
        sessionId,
        generation,
        nonce: randomBytes(16).toString('hex'),
        pid: null,
        startTime: null,
        startedAt: new Date().toISOString(),
        exit: null,
        log: { id, rotatedBytes, startsAt: rotatedBytes + size },
      };
      await this.records.write(record);
      return record;
    });
  }

  /** Does nothing where a newer start has replaced the record. */
  change(record: ProcessRecord, changes: Partial<ProcessRecord>): Promise<void> {
    return this.inTurn(async () => {
      const current = await this.records.find(record.sessionId);
      if (current?.nonce === record.nonce) await this.records.write({ ...current, ...changes });
    });
  }

  remove(sessionId: string): Promise<void> {
    return this.inTurn(() => this.records.remove(sessionId));
  }

  /** Null where there is none. Never looks into the middle of a rotation. */
  lookAtLog(sessionId: string): Promise<LogExtent | null> {
    return this.inTurn(() => this.measureLog(sessionId));
  }

  async rotateLogs(): Promise<void> {
    for (const { sessionId } of await this.records.list()) await this.rotateLogOf(sessionId);
  }

  private rotateLogOf(sessionId: string): Promise<void> {
    return this.inTurn(async () => {
      const cut = await rotateLog(this.folders.logOf(sessionId));
      const record = cut === 0 ? null : await this.records.find(sessionId);
      if (record === null) return;
      const log = { ...record.log, rotatedBytes: record.log.rotatedBytes + cut };
      await this.records.write({ ...record, log });
    });
  }

  private async measureLog(sessionId: string): Promise<LogExtent | null> {
    const record = await this.records.find(sessionId);
    return record === null ? null : { ...record.log, size: await sizeOf(this.folders.logOf(sessionId)) };
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.updates.then(work, work);
    this.updates = done;
    return done;
  }
}
