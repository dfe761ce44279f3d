import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { Clock } from '@codex-webapp/nest-kit';
import { Repository, type EntityManager } from 'typeorm';
import type { AuthUser } from '../../common/auth-user.ts';
import { findRow } from '../../database/find-rows.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import type { ContentOf } from './agent-settings-content.ts';
import {
  AgentSettingsEntity,
  type AgentSettingsKind,
  type AgentSettingsRow,
} from './agent-settings.entity.ts';
import { agentSettingsEvents, type AgentSettingsChanged } from './agent-settings.events.ts';
import { AgentSettingsVault } from './agent-settings-vault.ts';

/** A user's settings, or a session's: one of the two is null. */
export type SettingsPlace = AgentSettingsChanged;

export interface StoredSettings<K extends AgentSettingsKind> {
  /** Null where nobody can open it any more; empty where there is none. */
  readonly content: ContentOf<K> | null;
  readonly updatedAt: number | null;
}

export interface SettingsChange<K extends AgentSettingsKind> {
  readonly user: AuthUser;
  readonly place: SettingsPlace;
  readonly kind: K;
  /** Makes what shall be of what is; its errors leave everything as it was. */
  readonly toNext: (stored: StoredSettings<K>) => ContentOf<K>;
}

/** Rows of agent settings with what is sealed in them. */
@Injectable()
export class AgentSettingsStore {
  constructor(
    @InjectRepository(AgentSettingsEntity) private readonly settings: Repository<AgentSettingsEntity>,
    private readonly sessions: SessionStateService,
    private readonly vault: AgentSettingsVault,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
    private readonly events: EventEmitter2,
    private readonly clock: Clock,
  ) {}

  async find<K extends AgentSettingsKind>(place: SettingsPlace, kind: K): Promise<StoredSettings<K>> {
    return this.toStored(await findRow(this.settings, { ...place, kind }), kind);
  }

  /** Takes the place of what was there; containers that are connected hear of it after the commit. */
  async change<K extends AgentSettingsKind>({ user, place, kind, toNext }: SettingsChange<K>): Promise<void> {
    await this.writeQueue.run(async (manager) => {
      // One that was deleted meanwhile is not found.
      if (place.sessionId !== null) await this.sessions.read(manager, place.sessionId);
      const row = await this.read(manager, place, kind);
      const content = toNext(this.toStored(row, kind));
      const next: AgentSettingsRow = {
        id: row?.id ?? randomUUID(),
        ...place,
        kind,
        sealed: this.vault.seal({ ...place, kind }, content),
        updatedAt: this.clock.now(),
      };
      await manager.upsert(AgentSettingsEntity, next, ['id']);
      this.audit.record(manager, {
        actor: actorOf(user),
        action: 'agent_settings.saved',
        ...(place.sessionId === null ? {} : { sessionId: place.sessionId }),
        details: { kind, count: content.length },
      });
      this.writeQueue.afterCommit(manager, () => this.events.emit(agentSettingsEvents.changed, place));
    });
  }

  private async read(
    manager: EntityManager,
    { userId, sessionId }: SettingsPlace,
    kind: AgentSettingsKind,
  ): Promise<AgentSettingsRow | null> {
    const owner = userId === null ? { sessionId: sessionId ?? '' } : { userId };
    return manager.findOneBy(AgentSettingsEntity, { ...owner, kind });
  }

  private toStored<K extends AgentSettingsKind>(row: AgentSettingsRow | null, kind: K): StoredSettings<K> {
    if (row === null) return { content: [] as ContentOf<K>, updatedAt: null };
    return { content: this.vault.open(row, kind), updatedAt: row.updatedAt };
  }
}
