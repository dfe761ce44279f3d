import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { AgentProcess } from './support/agent-process.ts';
import { waitFor } from './support/wait-for.ts';

const url = '/api/workspace/archive';
const deadlineMs = 30_000;
/** More than fits into what lies between `tar` and a reader. */
const largeBytes = 48 * 1024 * 1024;

let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start();
});
afterAll(() => agent[Symbol.asyncDispose]());

function open(): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: agent.listeningPort, path: url, headers: agent.proveFor('GET', url) },
      resolve,
    );
    asked.once('error', reject);
    asked.end();
  });
}

/** The pids of the programs that archive this workspace. */
function findTars(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return args[0] === 'tar' && args.includes(agent.folder);
      } catch {
        return false;
      }
    });
}

function unpack(archive: Buffer): string {
  const folder = mkdtempSync(path.join(agent.folder, 'unpacked-'));
  execFileSync('tar', ['-xzf', '-', '-C', folder], { input: archive });
  return path.join(folder, 'workspace');
}

describe('the archive of a workspace', () => {
  it('holds every file as it is, and links as links', async () => {
    mkdirSync(path.join(agent.workspace, '.git/a folder'), { recursive: true });
    writeFileSync(path.join(agent.workspace, '.git/a folder/Ünï.txt'), 'kept');
    writeFileSync(Buffer.concat([Buffer.from(`${agent.workspace}/`), Buffer.from([0xff, 0x61])]), 'no UTF-8');
    writeFileSync(path.join(agent.workspace, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
    writeFileSync(path.join(agent.folder, 'secret'), 'outside');
    symlinkSync(path.join(agent.folder, 'secret'), path.join(agent.workspace, 'link'));
    symlinkSync(agent.folder, path.join(agent.workspace, 'up'));
    const answer = await open();
    expect(answer.headers).toMatchObject({ 'content-type': 'application/gzip' });
    const archive = await buffer(answer);
    const folder = unpack(archive);
    expect(readdirSync(folder, { encoding: 'buffer' }).map((name) => name.toString('latin1'))).toEqual([
      '.git',
      'link',
      'run.sh',
      'up',
      '\xffa',
    ]);
    expect(readFileSync(path.join(folder, '.git/a folder/Ünï.txt'), 'utf8')).toBe('kept');
    expect(readlinkSync(path.join(folder, 'link'))).toBe(path.join(agent.folder, 'secret'));
    expect(execFileSync('tar', ['-tzf', '-'], { input: archive }).toString()).not.toContain('secret\n');
  });

  it('waits for whoever reads slowly, ends with whoever leaves, and takes no more than two at once', async () => {
    writeFileSync(path.join(agent.workspace, 'large'), randomBytes(largeBytes));
    const slow = [await open(), await open()];
    const refused = await agent.fetch(url);
    expect(refused.status).toBe(429);
    // Nobody reads, so nobody gets further than what lies in between.
    const readBytes = (pid: number) =>
      Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
    const [pid = 0] = findTars();
    let before = -1;
    await waitFor(
      () => {
        const now = readBytes(pid);
        const isStill = now > 0 && now === before;
        before = now;
        return isStill;
      },
      deadlineMs,
      'tar to wait',
    );
    expect(before).toBeLessThan(largeBytes / 2);
    expect(findTars()).toHaveLength(2);
    for (const answer of slow) answer.destroy();
    await waitFor(() => findTars().length === 0, deadlineMs, 'the end of tar');
    rmSync(path.join(agent.workspace, 'large'));
    expect((await agent.fetch(url)).status).toBe(200);
  });

  it('has no end when the program that makes it is killed', async () => {
    writeFileSync(path.join(agent.workspace, 'large'), randomBytes(largeBytes));
    const answer = await open();
    const [pid = 0] = findTars();
    process.kill(pid, 'SIGKILL');
    await expect(buffer(answer)).rejects.toThrow('aborted');
  });
});
