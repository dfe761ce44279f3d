import type { AgentControls } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an agent told last in a session. */
@Entity('agent_controls')
export class AgentControlsEntity {
  @PrimaryColumn({ name: 'session_id', type: 'text' }) sessionId: string;
  @PrimaryColumn({ type: 'text' }) agent: string;
  @Column({ type: 'simple-json' }) controls: AgentControls;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}

/** What an agent told last in any session of a user. */
@Entity('user_agent_controls')
export class UserAgentControlsEntity {
  @PrimaryColumn({ name: 'user_id', type: 'text' }) userId: string;
  @PrimaryColumn({ type: 'text' }) agent: string;
  @Column({ type: 'simple-json' }) controls: AgentControls;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
}
