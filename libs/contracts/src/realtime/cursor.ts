import { z } from 'zod';

/** Where a client stands in a session's history. Positions of another epoch mean nothing. */
export const cursorSchema = z.strictObject({
  /** Changes when the history was restored from a backup, or lost what it had shown in a crash. */
  epoch: z.string().max(64),
  position: z.int().min(0),
});
export type Cursor = z.infer<typeof cursorSchema>;
