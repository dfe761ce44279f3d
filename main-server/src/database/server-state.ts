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

  /** Notes that a server runs now: until `markStopped` any end counts as a crash. */
  static async open(writeQueue: WriteQueue, folder: DataFolder, instanceId: string): Promise<ServerState> {
    const stop = await folder.read(stopFile);
    const state = await writeQueue.run(async (manager) => {
      const before = await manager.findOneBy(ServerStateEntity, { id: stateId });
      const isSameDatabase = before !== null && stop === String(await readStopNumber(manager));
      const wasStoppedCleanly = before === null || (before.stoppedCleanly && isSameDatabase);
      const historyEpoch =
        before !== null && wasStoppedCleanly ? before.historyEpoch : randomBytes(8).toString('hex');
      const row = { id: stateId, instanceId, historyEpoch, stoppedCleanly: false };
      await manager.upsert(ServerStateEntity, row, ['id']);
      return new ServerState(instanceId, historyEpoch, wasStoppedCleanly);
    });
    await folder.remove(stopFile);
    return state;
  }

  /**
   * Notes an end in order. The same number goes into the database and beside it, so that a copy of the database put
   * back later is not taken for what this run left behind.
   */
  static async markStopped(writeQueue: WriteQueue, folder: DataFolder): Promise<void> {
    const number = randomInt(1, 2 ** 31);
    await writeQueue.run(async (manager) => {
      await manager.update(ServerStateEntity, { id: stateId }, { stoppedCleanly: true });
      await manager.query(`PRAGMA user_version = ${number}`);
    });
    await folder.write(stopFile, String(number));
  }
}

async function readStopNumber(manager: EntityManager): Promise<number | undefined> {
  const rows: readonly { user_version: number }[] = await manager.query('PRAGMA user_version');
  return rows[0]?.user_version;
}
