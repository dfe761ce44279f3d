import { z } from 'zod';

const namedValueSchema = z.object({ name: z.string().min(1), value: z.string() });
export type NamedValue = z.infer<typeof namedValueSchema>;

/** An MCP server as agents are to have it. */
export const mcpServerSchema = z.discriminatedUnion('transport', [
  z.object({
    transport: z.literal('stdio'),
    name: z.string().min(1),
    command: z.string().min(1),
    args: z.array(z.string()),
    environment: z.array(namedValueSchema),
  }),
  z.object({
    transport: z.enum(['http', 'sse']),
    name: z.string().min(1),
    url: z.string().min(1),
    headers: z.array(namedValueSchema),
  }),
]);
export type McpServer = z.infer<typeof mcpServerSchema>;

/** `GET /api/container-webhooks/:sessionId/agent-settings`: the session's own, and its owner's where it has none of that name. */
export const containerSettingsSchema = z.object({
  environment: z.array(namedValueSchema),
  mcpServers: z.array(mcpServerSchema),
  /** What the server cannot open any more, in words for the user. */
  problems: z.array(z.string()),
});
export type ContainerSettingsResponse = z.infer<typeof containerSettingsSchema>;
