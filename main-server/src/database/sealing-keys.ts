import { createHash, hkdfSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Secrets } from './secrets.ts';

const keyBytes = 32;
const idLength = 12;

export interface SealingKey {
  /** Stands beside each value, so that it is known which key opens it. Says nothing of the key. */
  readonly id: string;
  readonly key: Buffer;
}

/** The keys of what is sealed in the database: one seals, all open. They are made from secrets that are kept beside it. */
@Injectable()
export class SealingKeys {
  private keys: readonly SealingKey[];

  constructor(private readonly secrets: Secrets) {
    this.keys = secrets.webappSecrets.map(toSealingKey);
  }

  get current(): SealingKey {
    const [current] = this.keys;
    if (current === undefined) throw new Error('There is no key to seal with');
    return current;
  }

  /** Newest first. */
  get all(): readonly SealingKey[] {
    return this.keys;
  }

  /** False where the environment gives the key: then another one is set there, the old one as an earlier one. */
  async renew(): Promise<boolean> {
    const isNew = await this.secrets.renewWebappSecret();
    this.keys = this.secrets.webappSecrets.map(toSealingKey);
    return isNew;
  }

  /** Nothing that earlier keys sealed can be opened afterwards. Those of the environment stay. */
  async forgetEarlier(): Promise<void> {
    await this.secrets.forgetEarlierWebappSecrets();
    this.keys = this.secrets.webappSecrets.map(toSealingKey);
  }
}

function toSealingKey(secret: string): SealingKey {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'codex-webapp sealed values', keyBytes));
  const id = createHash('sha256').update('key id').update(key).digest('hex').slice(0, idLength);
  return { id, key };
}
