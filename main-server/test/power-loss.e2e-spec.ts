import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { describeWith } from '../../container-agent/test/support/describe-with.ts';
import { says } from './support/conversation.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

const rounds = 10;
const canTrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;
const describeWithStrace = describeWith('strace', canTrace, 'Debian: apt-get install strace.');

/** What a program writes and makes safe, in the order in which it does. */
class Trace implements AsyncDisposable {
  private constructor(
    private readonly strace: ReturnType<typeof spawn>,
    private readonly folder: string,
  ) {}

  static async of(pid: number): Promise<Trace> {
    const folder = await mkdtemp(path.join(tmpdir(), 'trace-'));
    const calls = 'trace=pwrite64,fdatasync,fsync,write,writev,sendto,sendmsg';
    // Whole pages, with the paths of files.
    const options = ['-f', '-y', '-s', '20000', '-e', calls, '-o', path.join(folder, 'log')];
    const strace = spawn('strace', [...options, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    strace.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    await waitFor(() => told.includes('attached'));
    return new Trace(strace, folder);
  }

  /** Lets the program go on alone. */
  async end(): Promise<readonly string[]> {
    const ended = once(this.strace, 'exit');
    this.strace.kill('SIGINT');
    await ended;
    return (await readFile(path.join(this.folder, 'log'), 'utf8')).split('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.strace.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Where in the trace the disk has confirmed what was written to the journal; a call can be cut by those of other threads. */
function listSyncs(lines: readonly string[]): readonly number[] {
  const begun = new Set<string>();
  return lines.flatMap((line, index) => {
    const [, thread = '', call = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const isOfJournal = /^f(data)?sync\(\d+<[^>]*-wal>/.test(call);
    if (isOfJournal && call.includes('unfinished')) begun.add(thread);
    const isOver = isOfJournal && call.endsWith('= 0');
    const isResumed = /^<\.\.\. f(data)?sync resumed>.*= 0$/.test(call) && begun.delete(thread);
    return isOver || isResumed ? [index] : [];
  });
}

function isAnswer(line: string): boolean {
  return /^\d+ +(write|writev|sendto|sendmsg)\(\d+<(?!\/)/.test(line);
}

describeWithStrace('a loss of power', () => {
  it('takes nothing that a container was told is stored: the disk has confirmed it before the answer', async () => {
    await using server = await ServerProcess.start();
    const { id } = await server.addSession();
    const token = await server.containerToken(id);
    const epoch = randomBytes(16).toString('hex');
    const link = await server.openLink(id, token, { epoch, lastSeq: 0 });
    await using trace = await Trace.of(server.pid);
    const keys: string[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const key = randomUUID();
      keys.push(key);
      const posted = await server
        .container(token)
        .with({ 'idempotency-key': key })
        .post(`/api/container-webhooks/${id}/message`, { role: 'system', text: `message ${key}` });
      expect(posted.status).toBe(201);
      link.send({
        type: 'events',
        epoch,
        events: [{ seq: round, at: 0, event: says('t', `event ${key}`) }],
      });
      await link.wait((frame) => frame.type === 'ack' && frame.seq === round);
    }
    const lines = await trace.end();
    const syncs = listSyncs(lines);
    const listAnswers = (text: string): readonly number[] =>
      lines.flatMap((line, index) => (isAnswer(line) && line.includes(text) ? [index] : []));
    const stored = listAnswers('HTTP/1.1 201');
    expect(stored).toHaveLength(rounds);
    for (const [round, key] of keys.entries()) {
      const [acked] = listAnswers(`\\"seq\\":${round + 1}}`);
      for (const [what, told = -1] of [
        [`message ${key}`, stored[round]],
        [`event ${key}`, acked],
      ] as const) {
        const isRow = (line: string): boolean => /pwrite64\(\d+<[^>]*-wal>/.test(line) && line.includes(what);
        const written = lines.findIndex(isRow);
        const confirmed = syncs.find((sync) => sync > written) ?? -1;
        expect([what, written >= 0, confirmed > written, told > confirmed]).toEqual([what, true, true, true]);
      }
    }
  });
});
