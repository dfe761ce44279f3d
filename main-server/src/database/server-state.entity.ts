import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: facts about this database as a whole. */
@Entity('server_state')
export class ServerStateEntity {
  @PrimaryColumn({ type: 'integer' }) id: number;
  @Column({ name: 'instance_id', type: 'text' }) instanceId: string;
  @Column({ name: 'history_epoch', type: 'text' }) historyEpoch: string;
  @Column({ name: 'stopped_cleanly', type: 'boolean' }) stoppedCleanly: boolean;
}
