import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { type ConfigType } from '@nestjs/config';
import { blobHashSchema, blobLimits, type BlobResponse } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import type { AuthUser, ContainerIdentity } from '../../common/auth-user.ts';
import { DataFolder } from '../../database/data-folder.ts';
import { containerActor } from '../audit/actor.ts';
import { AuditService } from '../audit/audit.service.ts';
import { SessionStateService } from '../session-state/session-state.service.ts';
import { BlobFolder, tooLarge } from './blob-folder.ts';
import { blobsConfig } from './blobs.config.ts';

export interface BlobContent {
  readonly bytes: number;
  readonly content: Readable;
}

/** Content that is too large for a session's history, in files beside the database. */
@Injectable()
export class BlobsService {
  private readonly folders = new Map<string, BlobFolder>();

  constructor(
    private readonly dataFolder: DataFolder,
    private readonly sessions: SessionStateService,
    private readonly audit: AuditService,
    @Inject(blobsConfig.KEY) private readonly config: ConfigType<typeof blobsConfig>,
  ) {}

  /**
   * On the disk when it resolves; a repetition changes nothing.
   * @throws request.invalid, blob.too_large, blob.limit_reached, blob.hash_mismatch
   */
  async store(
    container: ContainerIdentity,
    sha256: string,
    content: AsyncIterable<Uint8Array>,
    announcedBytes: number,
  ): Promise<{ readonly status: 200 | 201; readonly body: BlobResponse }> {
    if (!blobHashSchema.safeParse(sha256).success) throw hashInvalid();
    // Said before any of it is read, so that the answer is heard.
    if (announcedBytes > blobLimits.maxBytes) throw tooLarge();
    const { sessionId } = container;
    const { bytes, isNew } = await this.folderOf(sessionId).write(sha256, content);
    const body = { sha256, bytes };
    if (!isNew) return { status: 200, body };
    await this.audit.recordAlone({
      actor: containerActor(container),
      action: 'blob.stored',
      sessionId,
      details: body,
    });
    return { status: 201, body };
  }

  /** One that is on its way here is not found either. @throws session.not_found, blob.not_found */
  async read(user: AuthUser, sessionId: string, sha256: string): Promise<BlobContent> {
    const session = await this.sessions.getOwned(user, sessionId);
    const isName = blobHashSchema.safeParse(sha256).success;
    const blob = isName ? await this.folderOf(session.id).read(sha256) : null;
    if (!blob) {
      throw new DomainError('blob.not_found', {
        message: 'This content is not here. It may be on its way: try again in a moment.',
      });
    }
    return blob;
  }

  /** Of a session that was deleted. A repetition succeeds. */
  async removeAll(sessionId: string): Promise<void> {
    await this.folderOf(sessionId).remove();
    this.folders.delete(sessionId);
  }

  private folderOf(sessionId: string): BlobFolder {
    const found = this.folders.get(sessionId);
    if (found) return found;
    const folder = new BlobFolder(this.dataFolder.file(`blobs/${sessionId}`), this.config.sessionMaxBytes);
    this.folders.set(sessionId, folder);
    return folder;
  }
}

function hashInvalid(): DomainError {
  const problem = 'must be the SHA-256 of the body: 64 hexadecimal digits, lower case.';
  return new DomainError('request.invalid', {
    message: `sha256 ${problem}`,
    details: { fields: [{ field: 'sha256', problems: [problem] }] },
  });
}
