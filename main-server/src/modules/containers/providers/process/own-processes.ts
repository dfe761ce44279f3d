import type { ProcessRecord } from './process-records.ts';
import {
  canReadEnvironment,
  findProcess,
  hasArgument,
  hasEnvironment,
  lacksEnvironment,
  listProcesses,
} from './process-table.ts';

const sessionVariable = 'CODEX_WEBAPP_SESSION';
const nonceVariable = 'CODEX_WEBAPP_NONCE';

/** What the environment of a session's process says of whose it is. */
export function ownVariables({ sessionId, nonce }: ProcessRecord): Readonly<Record<string, string>> {
  return { [sessionVariable]: sessionId, [nonceVariable]: nonce };
}

/** Is in the environment of everything that a session started. */
export function markerOf(sessionId: string): string {
  return `${sessionVariable}=${sessionId}`;
}

/** Tells the process of a record from a later one with the same pid, by its start time and its nonce. */
export class OwnProcesses {
  /** Of each session, the process whose nonce was read. */
  private readonly verified = new Map<string, string>();

  constructor(private readonly entryFile: string) {}

  /** The pid of the record's process if that very process runs. */
  async findPid(record: ProcessRecord): Promise<number | null> {
    if (record.pid !== null) {
      const entry = await findProcess(record.pid);
      if (entry === null || entry.startTime !== record.startTime) return null;
      return (await this.isOurs(record.pid, record)) ? record.pid : null;
    }
    if (!canReadEnvironment || record.exit !== null) return null;
    for (const entry of await listProcesses()) {
      const isOurs =
        (await hasEnvironment(entry.pid, nonceOf(record))) && (await hasArgument(entry.pid, this.entryFile));
      if (isOurs) return entry.pid;
    }
    return null;
  }

  forget(sessionId: string): void {
    this.verified.delete(sessionId);
  }

  /** The environment of a process does not change, so it is read once. */
  private async isOurs(pid: number, record: ProcessRecord): Promise<boolean> {
    const { sessionId, startTime, nonce } = record;
    const identity = `${pid} ${startTime} ${nonce}`;
    if (this.verified.get(sessionId) === identity) return true;
    if (await lacksEnvironment(pid, nonceOf(record))) return false;
    if (await hasEnvironment(pid, nonceOf(record))) this.verified.set(sessionId, identity);
    return true;
  }
}

function nonceOf({ nonce }: ProcessRecord): string {
  return `${nonceVariable}=${nonce}`;
}
