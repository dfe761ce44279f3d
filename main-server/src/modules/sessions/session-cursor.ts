import { DomainError } from '@codex-webapp/nest-kit';
import { z } from 'zod';

/** The last session of a page. Its activity may have changed since, so the cursor carries what it was. */
export interface SessionCursor {
  readonly id: string;
  readonly lastActivityAt: number;
}

const cursorSchema = z.tuple([z.int(), z.string().max(128)]);

export function formatCursor({ id, lastActivityAt }: SessionCursor): string {
  return Buffer.from(JSON.stringify([lastActivityAt, id])).toString('base64url');
}

/** @throws request.invalid */
export function parseCursor(text: string): SessionCursor {
  try {
    const [lastActivityAt, id] = cursorSchema.parse(
      JSON.parse(Buffer.from(text, 'base64url').toString('utf8')),
    );
    return { id, lastActivityAt };
  } catch (error) {
    throw new DomainError('request.invalid', {
      message: 'The cursor is not one of ours: ask for the first page again.',
      details: { fields: [{ field: 'cursor', problems: ['is not valid'] }] },
      cause: error,
    });
  }
}
