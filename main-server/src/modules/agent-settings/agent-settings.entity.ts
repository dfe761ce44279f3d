import { Column, Entity, PrimaryColumn } from 'typeorm';

export type AgentSettingsKind = 'environment' | 'mcp-servers';

/** Of a user, for all their sessions, or of one session. */
@Entity('agent_settings')
export class AgentSettingsEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'user_id', type: 'text', nullable: true }) userId: string | null;
  @Column({ name: 'session_id', type: 'text', nullable: true }) sessionId: string | null;
  @Column({ type: 'text' }) kind: AgentSettingsKind;
  @Column({ type: 'text' }) sealed: string;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

/** A row as it was read; a changed one is another object. */
export type AgentSettingsRow = Readonly<AgentSettingsEntity>;
