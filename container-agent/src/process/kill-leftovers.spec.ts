import { afterEach, describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { waitFor } from '../../test/support/wait-for.ts';
import { killLeftovers } from './kill-leftovers.ts';
import { type RunningProcess, startProcess } from './running-process.ts';

describe('a program with leftovers', () => {
  let program: RunningProcess | null = null;
  afterEach(() => program?.kill({ graceMs: 0 }));

  async function start(script: string, secrets?: readonly string[]): Promise<RunningProcess> {
    program = await startProcess('/bin/bash', ['-c', script], {
      cwd: '/tmp',
      env: { PATH: process.env['PATH'] ?? '' },
      marker: `leftovers-${process.pid}`,
      stdin: 'pipe',
      ...(secrets ? { secrets } : {}),
    });
    return program;
  }

  const named = (running: RunningProcess, name: string) =>
    running.list().filter((entry) => entry.name === name);

  it('loses those that nothing leads to it any more, and keeps what it still runs', async () => {
    const running = await start('trap "" TERM; (setsid sleep 47.1 &); sleep 47.2 & wait');
    await waitFor(() => named(running, 'sleep').length === 2);
    await killLeftovers(() => running.list(), { parent: running.pid, keep: [] });
    await waitFor(() => named(running, 'sleep').length === 1);
    expect(named(running, 'bash')).toHaveLength(1);
  });

  it('keeps what it had before', async () => {
    const running = await start('(setsid sleep 47.3 &); wait; read');
    await waitFor(() => named(running, 'sleep').length === 1);
    await killLeftovers(() => running.list(), { parent: running.pid, keep: running.list() });
    expect(named(running, 'sleep')).toHaveLength(1);
  });

  it('is told secrets on descriptors of their own, and not in its environment', async () => {
    const running = await start('cat <&3; cat <&4; env', ['secret-1 ', 'secret-2 ']);
    const said = await text(running.stdout);
    expect(said).toMatch(/^secret-1 secret-2 /);
    expect(said.match(/secret-\d/g)).toHaveLength(2);
  });
});
