import { z } from 'zod';

const storedValueSchema = z.object({ name: z.string(), value: z.string(), isSecret: z.boolean() });
export type StoredValue = z.infer<typeof storedValueSchema>;

const named = { name: z.string(), isEnabled: z.boolean() };
const storedServerSchema = z.discriminatedUnion('transport', [
  z.object({
    ...named,
    transport: z.literal('stdio'),
    command: z.string(),
    args: z.array(z.string()),
    environment: z.array(storedValueSchema),
  }),
  z.object({
    ...named,
    transport: z.enum(['http', 'sse']),
    url: z.string(),
    headers: z.array(storedValueSchema),
  }),
]);
export type StoredServer = z.infer<typeof storedServerSchema>;

/** What is sealed: all of it, names and plain values included. */
export const contentSchemas = {
  environment: z.array(storedValueSchema),
  'mcp-servers': z.array(storedServerSchema),
} as const;
export type ContentOf<K extends keyof typeof contentSchemas> = z.infer<(typeof contentSchemas)[K]>;
