import { randomBytes, randomInt } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { DataFolder } from './data-folder.ts';
import { ServerStateEntity } from './server-state.entity.ts';
import type { WriteQueue } from './write-queue.ts';

const stateId = 1;
const stopFile = 'clean-stop';

/** What a server remembers of its last run. */
export class ServerState {
  private constructor(
    readonly instanceId: string,
    /** Part of every cursor. Another one after a crash or a restored copy, since clients may have seen what is gone. */
    readonly historyEpoch: string,
    /** Whether the last run ended in order. True for a new database. */
    readonly wasStoppedCleanly: boolean,
  ) {}

  /**
   * Notes that a server runs now: until `noteStop` any end counts as a crash. `fileMark` is what the file of the
   * database had before we touched it.
   */
  static async open(
    writeQueue: WriteQueue,
    folder: DataFolder,
    { instanceId, fileMark }: { readonly instanceId: string; readonly fileMark: string },
  ): Promise<ServerState> {
    const stop = await folder.read(stopFile);
    const state = await writeQueue.run(
      async (manager) => {
        const before = await manager.findOneBy(ServerStateEntity, { id: stateId });
        const isSameDatabase = before !== null && stop === toStop(await readStopNumber(manager), fileMark);
        const wasStoppedCleanly = before === null || (before.stoppedCleanly && isSameDatabase);
        const historyEpoch =
          before !== null && wasStoppedCleanly ? before.historyEpoch : randomBytes(8).toString('hex');
        const row = { id: stateId, instanceId, historyEpoch, stoppedCleanly: false };
        await manager.upsert(ServerStateEntity, row, ['id']);
        return new ServerState(instanceId, historyEpoch, wasStoppedCleanly);
      },
      { isUrgent: true },
    );
    await folder.remove(stopFile);
    return state;
  }

  /** Notes an end in order in the database, and gives the number to note beside it. */
  static async markStopped(writeQueue: WriteQueue): Promise<number> {
    const number = randomInt(1, 2 ** 31);
    await writeQueue.run(
      async (manager) => {
        await manager.update(ServerStateEntity, { id: stateId }, { stoppedCleanly: true });
        await manager.query(`PRAGMA user_version = ${number}`);
      },
      { isUrgent: true },
    );
    return number;
  }

  /**
   * Notes an end in order beside the database, once that is closed. The number stands in both, and the mark is the
   * file's own, so that neither a copy of the database nor one of the whole folder, put back later, is taken for what
   * this run left behind.
   */
  static async noteStop(folder: DataFolder, number: number, fileMark: string): Promise<void> {
    await folder.write(stopFile, toStop(number, fileMark));
  }
}

function toStop(number: number | undefined, fileMark: string): string {
  return `${number} ${fileMark}`;
}

async function readStopNumber(manager: EntityManager): Promise<number | undefined> {
  const rows: readonly { user_version: number }[] = await manager.query('PRAGMA user_version');
  return rows[0]?.user_version;
}
