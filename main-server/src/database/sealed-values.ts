import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { SealingKeys, type SealingKey } from './sealing-keys.ts';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
/** `v2.<id of the key>.<content>`; `v1.<content>` is older and does not say which key it was. */
const sealedPattern = /^(?:v1|v2\.([0-9a-f]+))\.([\w-]+)$/;

/**
 * Values that a stolen copy of the database must not give away. Their keys are kept beside the database and not in it.
 * Seal inside the transaction that stores the value: then a change of the key finds it.
 */
@Injectable()
export class SealedValues {
  constructor(private readonly keys: SealingKeys) {}

  /** `place` says what it is the value of: put into another place it cannot be opened. */
  seal(place: string, value: string): string {
    const { id, key } = this.keys.current;
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(place));
    const content = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return `v2.${id}.${Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64url')}`;
  }

  /** Null for what was sealed with a key we do not have or for another place, or was changed since. */
  open(place: string, sealed: string): string | null {
    const [, keyId, text] = sealedPattern.exec(sealed) ?? [];
    const bytes = Buffer.from(text ?? '', 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return null;
    for (const candidate of this.keys.all) {
      if (keyId !== undefined && candidate.id !== keyId) continue;
      const opened = openWith(candidate, place, bytes);
      if (opened !== null) return opened;
    }
    return null;
  }

  /** The same value under the current key; as it is where it is that already, null where nobody can open it. */
  reseal(place: string, sealed: string): string | null {
    if (sealed.startsWith(`v2.${this.keys.current.id}.`)) return sealed;
    const value = this.open(place, sealed);
    return value === null ? null : this.seal(place, value);
  }
}

function openWith({ key }: SealingKey, place: string, bytes: Buffer): string | null {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const content = bytes.subarray(nonceBytes + tagBytes);
    return Buffer.concat([decipher.update(content), decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
