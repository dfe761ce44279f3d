import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SealedRows, type ResealedRows } from '../../database/sealed-rows.ts';
import { SealedValues } from '../../database/sealed-values.ts';
import { credentialContentSchema, type CredentialContent } from './credential-content.ts';
import { CredentialEntity, type Credential } from './credential.entity.ts';

type Place = Pick<Credential, 'userId' | 'agent' | 'kind'>;

/** Seals what credentials hold, each for its own row: in another one, of another user say, it cannot be opened. */
@Injectable()
export class CredentialVault {
  constructor(
    private readonly sealed: SealedValues,
    rows: SealedRows,
  ) {
    rows.register((manager) => this.resealAll(manager));
  }

  /** Call it inside the transaction that stores the row. */
  seal(place: Place, content: CredentialContent): string {
    return this.sealed.seal(toText(place), JSON.stringify(content));
  }

  /** Null for what nobody can open any more. */
  open(row: Credential): CredentialContent | null {
    const text = this.sealed.open(toText(row), row.sealed);
    if (text === null) return null;
    const content = credentialContentSchema.safeParse(JSON.parse(text)).data;
    return content?.kind === row.kind ? content : null;
  }

  private async resealAll(manager: EntityManager): Promise<ResealedRows> {
    let resealed = 0;
    let unreadable = 0;
    for (const row of await manager.find(CredentialEntity)) {
      const { userId, agent, kind } = row;
      const sealed = this.sealed.reseal(toText(row), row.sealed);
      if (sealed === null) unreadable += 1;
      if (sealed === null || sealed === row.sealed) continue;
      await manager.update(CredentialEntity, { userId, agent, kind }, { sealed });
      resealed += 1;
    }
    return { resealed, unreadable };
  }
}

function toText({ userId, agent, kind }: Place): string {
  return JSON.stringify(['credential', userId, agent, kind]);
}
