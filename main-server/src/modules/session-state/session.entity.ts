import type {
  AgentId,
  ContainerProviderName,
  ContainerSizeName,
  ContainerStatus,
  PermissionMode,
} from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('sessions')
export class SessionEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  /** Null: nobody's yet. It waits in the pool, where no user and no page sees it. */
  @Column({ name: 'owner_id', type: 'text', nullable: true }) ownerId: string | null;
  /** What a session of the pool was made from; null once it has an owner. */
  @Column({ name: 'pool_recipe', type: 'text', nullable: true }) poolRecipe: string | null;
  @Column({ type: 'text' }) title: string;
  @Column({ name: 'is_title_chosen', type: 'boolean' }) isTitleChosen: boolean;
  @Column({ type: 'text' }) agent: AgentId;
  @Column({ name: 'permission_mode', type: 'text' }) permissionMode: PermissionMode;
  /** As the agent calls it; null: what the agent prefers. */
  @Column({ type: 'text', nullable: true }) model: string | null;
  @Column({ type: 'text', nullable: true }) effort: string | null;
  @Column({ type: 'text', unique: true }) label: string;
  @Column({ type: 'text' }) provider: ContainerProviderName;
  @Column({ type: 'text', default: 'medium' }) size: ContainerSizeName;
  @Column({ type: 'boolean', default: true }) internet: boolean;
  @Column({ name: 'container_status', type: 'text' }) containerStatus: ContainerStatus;
  @Column({ name: 'container_reason', type: 'text', nullable: true }) containerReason: string | null;
  @Column({ name: 'running_turn_id', type: 'text', nullable: true }) runningTurnId: string | null;
  @Column({ name: 'pending_requests', type: 'integer', default: 0 }) pendingRequests: number;
  @Column({ name: 'is_queue_paused', type: 'boolean', default: false }) isQueuePaused: boolean;
  @Column({ name: 'is_kept_running', type: 'boolean', default: false }) isKeptRunning: boolean;
  @Column({ name: 'continues_after_limit', type: 'boolean', default: false }) continuesAfterLimit: boolean;
  /** Of the usage limit that ended its latest turn; null when none did, or somebody went on meanwhile. */
  @Column({ name: 'limit_resets_at', type: 'integer', nullable: true }) limitResetsAt: number | null;
  @Column({ name: 'outbox_epoch', type: 'text', nullable: true }) outboxEpoch: string | null;
  @Column({ name: 'outbox_seq', type: 'integer', default: 0 }) outboxSeq: number;
  @Column({ name: 'archived_at', type: 'integer', nullable: true }) archivedAt: number | null;
  @Column({ name: 'deleting_at', type: 'integer', nullable: true }) deletingAt: number | null;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
  @Column({ name: 'updated_at', type: 'integer' }) updatedAt: number;
  @Column({ name: 'last_activity_at', type: 'integer' }) lastActivityAt: number;
}
