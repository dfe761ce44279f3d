import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Which generation of each session's container is the current one; none for sessions that are being deleted. */
@Injectable()
export class ContainerGenerations {
  constructor(private readonly dataSource: DataSource) {}

  /** Of these sessions only: the cost is theirs, however many others there have ever been. */
  async current(sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows: readonly { id: string; generation: number }[] = await this.dataSource.query(
      `SELECT sessions.id, containers.generation
       FROM json_each(?) AS asked
       JOIN sessions ON sessions.id = asked.value
       JOIN containers ON containers.session_id = sessions.id
       WHERE sessions.deleting_at IS NULL`,
      [JSON.stringify(sessionIds)],
    );
    return new Map(rows.map(({ id, generation }) => [id, generation]));
  }

  /** Another number after every commit: writes have a connection of their own, so to this one they are a stranger's. */
  async dataVersion(): Promise<number> {
    const [row]: readonly { readonly version: number }[] = await this.dataSource.query(
      `SELECT data_version AS version FROM pragma_data_version`,
    );
    if (row === undefined) throw new Error('SQLite has no data_version');
    return row.version;
  }
}
