import { entrySchema, serverFrameSchema, type ServerFrame } from '@codex-webapp/contracts/realtime';
import { z } from 'zod';

const looseEntries = z.object({ type: z.literal('entries'), entries: z.array(z.unknown()) });

/**
 * Reads what the server sent. A page may be older than its server: a frame it does not know is null, and of a frame
 * with some entries it does not know the others are kept.
 */
export function parseServerFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  const parsed = serverFrameSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const loose = looseEntries.safeParse(value);
  if (!loose.success) return null;
  const entries = loose.data.entries.flatMap((entry) => {
    const known = entrySchema.safeParse(entry);
    return known.success ? [known.data] : [];
  });
  return entries.length === 0 ? null : { type: 'entries', entries };
}
