import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findProcess } from './process-table.ts';
import { ProcessWatch, type LiveProcess } from './process-watch.ts';

async function identityOf(pid: number): Promise<Pick<LiveProcess, 'pid' | 'startTime'>> {
  return { pid, startTime: (await findProcess(pid))?.startTime ?? null };
}

describe('ProcessWatch', () => {
  let child: ChildProcess;
  let records: object;
  let alive: LiveProcess[];
  let closeLooks: number;
  let changes: string[];
  let watch: ProcessWatch;

  beforeEach(async () => {
    child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    records = [];
    alive = [{ sessionId: 'a', nonce: '1', ...(await identityOf(child.pid ?? 0)) }];
    closeLooks = 0;
    changes = [];
    watch = new ProcessWatch(
      () => Promise.resolve(records),
      () => {
        closeLooks += 1;
        return Promise.resolve([...alive]);
      },
      (sessionId) => changes.push(sessionId),
    );
    await watch.look();
  });
  afterEach(() => {
    child.kill('SIGKILL');
  });

  it('looks closely once while nothing happens', async () => {
    for (let look = 0; look < 5; look += 1) await watch.look();
    expect(closeLooks).toBe(1);
    expect(changes).toEqual(['a']);
  });

  it('tells that a process is gone, also one whose record says nothing of it', async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    alive = [];
    await watch.look();
    expect(changes).toEqual(['a', 'a']);
  });

  it('tells that a process is gone whose pid another one has', async () => {
    alive = [{ sessionId: 'a', nonce: '1', pid: child.pid ?? 0, startTime: 'long ago' }];
    records = [];
    await watch.look();
    alive = [];
    await watch.look();
    expect(changes).toEqual(['a', 'a']);
  });

  it('tells of one whose record was replaced, and not of its neighbour', async () => {
    alive.push({ sessionId: 'b', nonce: '7', ...(await identityOf(process.pid)) });
    records = [];
    await watch.look();
    alive[0] = { sessionId: 'a', nonce: '2', ...(await identityOf(process.pid)) };
    records = [];
    await watch.look();
    expect(changes).toEqual(['a', 'b', 'a']);
  });
});
