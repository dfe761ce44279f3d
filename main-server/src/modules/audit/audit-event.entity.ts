import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { ActorKind } from './actor.ts';

@Entity('audit_events')
export class AuditEventEntity {
  @PrimaryGeneratedColumn({ type: 'integer' }) id: number;
  @Column({ type: 'integer' }) at: number;
  @Column({ name: 'actor_kind', type: 'text' }) actorKind: ActorKind;
  @Column({ name: 'actor_id', type: 'text', nullable: true }) actorId: string | null;
  @Column({ name: 'user_id', type: 'text', nullable: true }) userId: string | null;
  @Column({ type: 'text' }) action: string;
  @Column({ name: 'session_id', type: 'text', nullable: true }) sessionId: string | null;
  @Column({ type: 'simple-json', nullable: true }) details: object | null;
}
