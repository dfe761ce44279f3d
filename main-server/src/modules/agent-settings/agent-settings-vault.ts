import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SealedRows, type ResealedRows } from '../../database/sealed-rows.ts';
import { SealedValues } from '../../database/sealed-values.ts';
import { contentSchemas, type ContentOf } from './agent-settings-content.ts';
import {
  AgentSettingsEntity,
  type AgentSettingsKind,
  type AgentSettingsRow,
} from './agent-settings.entity.ts';

type Place = Pick<AgentSettingsRow, 'userId' | 'sessionId' | 'kind'>;

/** Seals settings, each for its own row: in another one, of another session say, they cannot be opened. */
@Injectable()
export class AgentSettingsVault {
  constructor(
    private readonly sealed: SealedValues,
    rows: SealedRows,
  ) {
    rows.register((manager) => this.resealAll(manager));
  }

  /** Call it inside the transaction that stores the row. */
  seal<K extends AgentSettingsKind>(place: Place & { readonly kind: K }, content: ContentOf<K>): string {
    return this.sealed.seal(toText(place), JSON.stringify(content));
  }

  /** Null for what nobody can open any more. */
  open<K extends AgentSettingsKind>(row: AgentSettingsRow, kind: K): ContentOf<K> | null {
    const text = this.sealed.open(toText({ ...row, kind }), row.sealed);
    if (text === null) return null;
    return (contentSchemas[kind].safeParse(JSON.parse(text)).data as ContentOf<K> | undefined) ?? null;
  }

  private async resealAll(manager: EntityManager): Promise<ResealedRows> {
    let resealed = 0;
    let unreadable = 0;
    for (const row of await manager.find(AgentSettingsEntity)) {
      const sealed = this.sealed.reseal(toText(row), row.sealed);
      if (sealed === null) unreadable += 1;
      if (sealed === null || sealed === row.sealed) continue;
      await manager.update(AgentSettingsEntity, { id: row.id }, { sealed });
      resealed += 1;
    }
    return { resealed, unreadable };
  }
}

function toText({ userId, sessionId, kind }: Place): string {
  return JSON.stringify(['agent settings', kind, userId, sessionId]);
}
