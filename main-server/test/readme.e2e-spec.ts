import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { agentEntry } from './support/agent-entry.ts';
import { createTestApp } from './support/create-test-app.ts';
import { waitFor } from './support/wait-for.ts';

const readme = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');

/** The one block of commands between the two markers. */
function curlWalk(): string {
  const [, section = ''] = /<!-- curl-walk -->([\s\S]*)<!-- \/curl-walk -->/.exec(readme) ?? [];
  const blocks = [...section.matchAll(/```bash\n([\s\S]*?)```/g)];
  if (blocks.length !== 1) throw new Error(`README.md has ${blocks.length} curl walks instead of one.`);
  return blocks[0]?.[1] ?? '';
}

async function runInBash(script: string, env: Readonly<Record<string, string>>) {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    env: { PATH: process.env.PATH, ...env },
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exited, output, errors };
}

describe('the curl walk of the README', () => {
  it('goes from a password to the answer of an agent as it is written, and leaves no session behind', async () => {
    await using app = await createTestApp({
      provider: 'process',
      env: { PROCESS_AGENT_ENTRY: agentEntry },
    });
    const user = await app.addUser();
    const walk = await runInBash(curlWalk(), {
      URL: app.origin,
      LOGIN_NAME: user.username,
      LOGIN_PASSWORD: user.password,
    });
    expect(walk).toEqual({ code: 0, output: 'hello\nevent: end\n', errors: '' });
    const audited = await app.query<{ action: string; actor_kind: string; session_id: string }>(
      `SELECT action, actor_kind, session_id FROM audit_events WHERE action IN ('session.created', 'prompt.queued')
       ORDER BY action`,
    );
    expect(audited.map(({ action, actor_kind }) => [action, actor_kind])).toEqual([
      ['prompt.queued', 'token'],
      ['session.created', 'token'],
    ]);
    await waitFor(async () => (await app.query('SELECT id FROM sessions')).length === 0, 20_000);
    expect(existsSync(path.join(app.folder, 'workspaces', audited[0]?.session_id ?? ''))).toBe(false);
  });
});
