import type { ContainerProviderName } from '@codex-webapp/contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('brief_containers')
export class BriefContainerEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'text' }) provider: ContainerProviderName;
  @Column({ name: 'created_at', type: 'integer' }) createdAt: number;
}
