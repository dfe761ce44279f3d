import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Which generation of each session's container is the current one; none for sessions that are being deleted. */
@Injectable()
export class ContainerGenerations {
  constructor(private readonly dataSource: DataSource) {}

  async current(): Promise<ReadonlyMap<string, number>> {
    const rows: readonly { id: string; generation: number }[] = await this.dataSource.query(
      `SELECT sessions.id, containers.generation FROM containers JOIN sessions ON sessions.id = containers.session_id
       WHERE sessions.deleting_at IS NULL`,
    );
    return new Map(rows.map(({ id, generation }) => [id, generation]));
  }
}
