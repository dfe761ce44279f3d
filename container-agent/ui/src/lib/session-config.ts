import { z } from 'zod';

/** What main-server tells the page of a session origin. */
const sessionConfigSchema = z.object({
  /** The only origin this page listens and speaks to. */
  appOrigin: z.url().transform((url) => new URL(url).origin),
  sessionId: z.string().min(1).max(128),
});
export type SessionConfig = z.infer<typeof sessionConfigSchema>;

/** index.html asks for it already. The server says that it is not to be kept. */
const path = '/__session/config.json';

/** Null when nobody serves it: container-agent is run by hand and this page is its own parent. */
export async function loadSessionConfig(): Promise<SessionConfig | null> {
  const response = await fetch(path);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The server answered ${response.status}. Reload the page in a moment.`);
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return isJson ? sessionConfigSchema.parse(await response.json()) : null;
}
