import type { EntryBody } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('entries')
export class EntryEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' }) sessionId: string;
  @PrimaryColumn({ type: 'integer' }) position: number;
  @Column({ type: 'integer' }) at: number;
  @Column({ type: 'text' }) type: EntryBody['type'];
  @Column({ name: 'turn_id', type: 'text', nullable: true }) turnId: string | null;
  @Column({ type: 'text', nullable: true }) epoch: string | null;
  @Column({ type: 'integer', nullable: true }) seq: number | null;
  @Column({ type: 'simple-json' }) body: EntryBody;
}
