import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where the volume of a session is. */
@Entity('dokploy_places')
export class DokployPlaceEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ name: 'server_id', type: 'text', nullable: true }) serverId: string | null;
  @Column({ name: 'node_id', type: 'text' }) nodeId: string;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
}
