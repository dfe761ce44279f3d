import type { AgentRequestAnswer, AgentRequestResponse, AgentRequestStatus } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** As the container asked it. */
export type AgentRequestBody = Pick<
  AgentRequestResponse,
  'title' | 'detail' | 'toolCallId' | 'diffs' | 'options' | 'questions'
>;

@Entity('agent_requests')
export class AgentRequestEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ name: 'session_id', type: 'text' }) sessionId: string;
  @Column({ name: 'turn_id', type: 'text' }) turnId: string;
  @Column({ type: 'text' }) kind: AgentRequestResponse['kind'];
  @Column({ type: 'simple-json' }) body: AgentRequestBody;
  @Column({ type: 'text' }) status: AgentRequestStatus;
  @Column({ type: 'simple-json', nullable: true }) answer: AgentRequestAnswer | null;
  @Column({ name: 'decided_by', type: 'text', nullable: true }) decidedBy: string | null;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'answered_at', type: 'integer', nullable: true }) answeredAt: number | null;
  /** When the agent said that it waits no more, for whatever reason. */
  @Column({ name: 'closed_at', type: 'integer', nullable: true }) closedAt: number | null;
  /** The prompt an answer was sent as that the agent never got. */
  @Column({ name: 'prompt_id', type: 'text', nullable: true }) promptId: string | null;
}

/** A row as it was read; a changed one is another object. */
export type AgentRequest = Readonly<AgentRequestEntity>;
