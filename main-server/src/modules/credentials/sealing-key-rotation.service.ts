import { Injectable } from '@nestjs/common';
import type { SealingKeyRotationResponse } from '@codex-webapp/contracts';
import type { AuthUser } from '../../common/auth-user.ts';
import { SealedRows } from '../../database/sealed-rows.ts';
import { SealingKeys } from '../../database/sealing-keys.ts';
import { WriteQueue } from '../../database/write-queue.ts';
import { actorOf } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';

/** Gives all that is sealed another key. */
@Injectable()
export class SealingKeyRotationService {
  /** One after the other: the end of one forgets the keys that another one still needs. */
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly keys: SealingKeys,
    private readonly rows: SealedRows,
    private readonly writeQueue: WriteQueue,
    private readonly audit: AuditService,
  ) {}

  /** Earlier keys open what they sealed until everything is under the new one, also after a crash in between. */
  rotate(admin: AuthUser): Promise<SealingKeyRotationResponse> {
    const rotation = this.running.then(() => this.rotateNow(admin));
    this.running = rotation.catch(() => undefined);
    return rotation;
  }

  private async rotateNow(admin: AuthUser): Promise<SealingKeyRotationResponse> {
    const isNewKey = await this.keys.renew();
    const counts = await this.writeQueue.run(async (manager) => {
      const resealed = await this.rows.reseal(manager);
      this.audit.record(manager, {
        actor: actorOf(admin),
        action: 'sealing_key.rotated',
        details: { isNewKey, ...resealed },
      });
      return resealed;
    });
    await this.keys.forgetEarlier();
    return { isNewKey, ...counts };
  }
}
