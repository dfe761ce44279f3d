import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { agentEnvironment } from './environment.ts';
import { listTree } from './kill-tree.ts';
import { type ProcessEntry, readProcess } from './process-table.ts';
import { ProcessStartError, startProcess, type RunningProcess } from './running-process.ts';

const home = tmpdir();

function start(script: string, marker: string = randomUUID()): Promise<RunningProcess> {
  return startProcess('/bin/bash', ['-c', script], {
    cwd: home,
    env: agentEnvironment(process.env, { home, workspacePath: home }),
    marker,
    stdin: 'none',
  });
}

/** Starts a script that prints `ready` once everything it starts is there. */
async function startReady(script: string, marker: string): Promise<RunningProcess> {
  const running = await start(script, marker);
  await new Promise<void>((resolve) => {
    running.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('ready')) resolve();
    });
  });
  return running;
}

describe('startProcess', () => {
  it('gives the output and the exit code', async () => {
    const running = await start('echo out; echo err >&2; exit 3');
    const [out, err, exit] = await Promise.all([text(running.stdout), text(running.stderr), running.exited]);
    expect([out, err, exit]).toEqual(['out\n', 'err\n', { code: 3, signal: null }]);
  });

  it('names a program that is not there', async () => {
    const options = { cwd: home, env: {}, marker: 'm', stdin: 'none' } as const;
    await expect(startProcess('/nonexistent/agent', [], options)).rejects.toThrow(ProcessStartError);
  });

  it('lets the program wait while nobody reads', async () => {
    const running = await start('yes | head -c 10000000; touch /dev/null');
    const ended = await Promise.race([
      running.exited.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300)),
    ]);
    expect(ended).toBe(false);
    expect((await text(running.stdout)).length).toBe(10_000_000);
  });
});

describe('kill', () => {
  const stubborn = [
    ['a plain child', 'sleep 300 & echo ready; wait'],
    ['a child in its own session', 'setsid sleep 300 & echo ready; wait'],
    ['a child that ignores hanging up', 'nohup sleep 300 >/dev/null 2>&1 & echo ready; wait'],
    ['a tree that ignores SIGTERM', `bash -c "trap '' TERM; echo ready; while :; do sleep 1; done" & wait`],
    [
      'a double fork whose parents are gone',
      '(setsid bash -c "sleep 300 & sleep 300" & ) ; echo ready; sleep 300',
    ],
    ['a detached grandchild of a dead parent', 'setsid bash -c "(sleep 300 &)"; echo ready'],
  ] as const;

  it.each(stubborn)('ends %s', async (_, script) => {
    const marker = randomUUID();
    const running = await startReady(script, marker);
    expect(listTree({ root: null, marker }).length).toBeGreaterThan(0);
    await running.kill({ graceMs: 100 });
    expect(listTree({ root: null, marker })).toEqual([]);
    expect(running.list()).toEqual([]);
  });

  it('finds by parent and session what cleared the marker from its environment', async () => {
    const script = 'env -i sleep 301 & echo $!; env -i setsid sleep 302 & echo $!; echo ready; wait';
    const running = await start(script);
    let output = '';
    await new Promise<void>((resolve) => {
      running.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('ready')) resolve();
      });
    });
    await running.kill({ graceMs: 100 });
    // Asked of the system, since our own look would be blind to what it fails to find.
    const alive = output.split('\n', 2).filter((pid) => readProcess(Number(pid))?.isZombie === false);
    expect(alive).toEqual([]);
  });

  it('gives a program the time to tidy up', async () => {
    const running = await startReady(
      `trap 'echo tidy; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
      'm',
    );
    let output = '';
    running.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const isOver = new Promise((resolve) => running.stdout.once('end', resolve));
    await running.kill({ graceMs: 2_000 });
    await isOver;
    expect(output).toContain('tidy');
  });

  it('leaves strangers alone', async () => {
    const stranger = await startReady('echo ready; sleep 300', randomUUID());
    const running = await startReady('echo ready; sleep 300', randomUUID());
    await running.kill();
    expect(stranger.list().length).toBeGreaterThan(0);
    await stranger.kill({ graceMs: 0 });
    await stranger.kill();
  });
});

describe('agentEnvironment', () => {
  it('keeps our secrets and addresses from agents', () => {
    const source = {
      PATH: '/bin',
      SESSION_TOKEN: 's',
      MAIN_APP_URL: 'http://m',
      CODEX_AUTH_FILE_1: 'e30=',
      CODEX_AUTH_FILE_1_PATH: '.codex/auth.json',
      OPENAI_API_KEY: 'k',
    };
    expect(agentEnvironment(source, { home: '/h', workspacePath: '/w' })).toEqual({
      LANG: 'C.UTF-8',
      PATH: '/bin',
      OPENAI_API_KEY: 'k',
      HOME: '/h',
      PWD: '/w',
      WORKSPACE_PATH: '/w',
      TERM: 'xterm-256color',
    });
  });
});

describe('killSince', () => {
  it('ends what came since, wherever it went, and nothing else', async () => {
    const script = `
      sleep 311 & echo ready
      read -r
      sleep 312 & setsid sleep 313 & (setsid sleep 314 &) ; env -i setsid sleep 315 & echo more
      wait`;
    const running = await startProcess('/bin/bash', ['-c', script], {
      cwd: home,
      env: agentEnvironment(process.env, { home, workspacePath: home }),
      marker: randomUUID(),
      stdin: 'pipe',
    });
    const output = { text: '' };
    running.stdout.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
    await until(() => output.text.includes('ready'));
    const earlier = running.list();
    expect(earlier).toHaveLength(2);
    running.stdin?.write('\n');
    await until(() => output.text.includes('more') && running.listSince(earlier).length === 4);
    await running.killSince({ earlier });
    expect(running.list().map(({ pid }) => pid)).toEqual(earlier.map(({ pid }) => pid));
    await running.kill({ graceMs: 0 });
  });

  it('spares what was started by what was there before, and finds what was seen before its parent died', async () => {
    const script = `
      bash -c 'read -r; sleep 321 & echo old; wait' < <(sleep 1; echo) &
      echo ready; read -r
      bash -c 'env -i setsid sleep 322 & echo new; wait' & read -r
      kill -9 $!; echo orphaned; wait`;
    const running = await startProcess('/bin/bash', ['-c', script], {
      cwd: home,
      env: agentEnvironment(process.env, { home, workspacePath: home }),
      marker: randomUUID(),
      stdin: 'pipe',
    });
    const output = { text: '' };
    running.stdout.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
    await until(() => output.text.includes('ready'));
    const earlier = running.list();
    running.stdin?.write('\n');
    await until(() => output.text.includes('new') && output.text.includes('old'));
    const isOld = ({ pid }: { pid: number }) => commandOf(pid) === 'sleep 321';
    await until(() => running.list().some(isOld) && running.listSince(earlier).length === 2);
    const seen = running.listSince(earlier);
    running.stdin?.write('\n');
    await until(() => output.text.includes('orphaned'));
    await running.killSince({ earlier, seen });
    const isAlive = ({ pid, startTime }: ProcessEntry) => {
      const now = readProcess(pid);
      return now?.startTime === startTime && !now.isZombie;
    };
    expect(seen.filter(isAlive)).toEqual([]);
    expect(running.list().some(isOld)).toBe(true);
    await running.kill({ graceMs: 0 });
  });
});

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`Not within 20 s: ${isTrue.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
