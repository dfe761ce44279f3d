import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SessionTokensService } from '../../src/modules/auth/session-tokens.service.ts';
import type { TestApp, TestUser } from './create-test-app.ts';
import { waitFor } from './wait-for.ts';

/** The pid the process provider wrote down for a session; null when there is none. */
export function findContainerPid(app: Pick<TestApp, 'folder'>, sessionId: string): number | null {
  try {
    const file = path.join(app.folder, 'containers', `${sessionId}.json`);
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number | null }).pid;
  } catch {
    return null;
  }
}

export function isAlive(pid: number): boolean {
  // To `kill`, 0 is our own group.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !hasEnded(pid);
  } catch {
    return false;
  }
}

/** Until its parent has asked how it ended, an ended process keeps its pid. */
function hasEnded(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && /\) Z /.test(readFileSync(file, 'utf8'));
}

/** The token that the session's container holds now. */
export async function currentToken(app: TestApp, sessionId: string): Promise<string> {
  const [row] = await app.query<{ generation: number; token_issued_at: number }>(
    'SELECT generation, token_issued_at FROM containers WHERE session_id = ?',
    [sessionId],
  );
  if (!row) throw new Error('The session has no container.');
  const { generation, token_issued_at: issuedAt } = row;
  return app.get(SessionTokensService).issue({ sessionId, generation, issuedAt });
}

export async function waitForStatus(
  app: TestApp,
  user: TestUser,
  sessionId: string,
  status: string,
): Promise<void> {
  const look = async () => (await app.as(user).get(`/api/sessions/${sessionId}/container/status`)).body;
  await waitFor(async () => (await look()).status === status, 40_000).catch(async () => {
    throw new Error(`Not ${status}: ${JSON.stringify(await look())}`);
  });
}

/** Queues a prompt for the shell and resolves with what it printed, as the stored message says. */
export async function runInShell(
  app: TestApp,
  user: TestUser,
  sessionId: string,
  text: string,
): Promise<string> {
  const { body: prompt } = await app.as(user).post(`/api/sessions/${sessionId}/messages`, { text });
  let output: string | undefined;
  await waitFor(async () => {
    const { body } = await app.as(user).get(`/api/sessions/${sessionId}/messages`);
    const messages = body.messages as readonly {
      role: string;
      promptId: string | null;
      items: readonly { output?: string }[];
    }[];
    const answer = messages.find(({ role, promptId }) => role === 'assistant' && promptId === prompt.id);
    output = answer?.items.map((item) => item.output ?? '').join('');
    return output !== undefined;
  }, 20_000);
  return output ?? '';
}
