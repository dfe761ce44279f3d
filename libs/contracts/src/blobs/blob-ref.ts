import { z } from 'zod';

export const blobLimits = {
  /** Bytes of one blob. Of what is longer one end is kept, see `truncated`. */
  maxBytes: 8 * 1024 * 1024,
} as const;

/** SHA-256 of the bytes, hex: the name of a blob within its session. */
export const blobHashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Names content that is too large for an event and stored once beside the history. It may be shown before it has
 * arrived; a reader then asks again.
 */
export const blobRefSchema = z.object({
  sha256: blobHashSchema,
  bytes: z.int().min(0),
  /** The content was longer than a blob may be: the beginning of an output, or the end of a change, is not in it. */
  truncated: z.boolean().optional(),
});
export type BlobRef = z.infer<typeof blobRefSchema>;

/** `PUT /api/container-webhooks/:sessionId/blobs/:sha256`, whose body is the bytes. */
export interface BlobResponse {
  readonly sha256: string;
  readonly bytes: number;
}
