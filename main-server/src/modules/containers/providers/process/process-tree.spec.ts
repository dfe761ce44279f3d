import { describe, expect, it } from '@jest/globals';
import type { ProcessEntry } from './process-table.ts';
import { selectTree, signalProcess } from './process-tree.ts';

function entry(pid: number, parentPid: number, groupId = pid, sessionId = groupId): ProcessEntry {
  return { pid, parentPid, groupId, sessionId, startTime: String(pid) };
}

const init = entry(1, 0, 0, 0);
const kernelThread = entry(2, 0, 0, 0);
/** A service whose session is 0, as when pid 1 never called setsid. */
const service = entry(50, 1, 50, 0);
const shell = entry(60, 1);
const server = entry(70, 60, 70, 60);
const strangers = [init, kernelThread, service, shell, server];

const leader = entry(100, 70);
const child = entry(101, 100, 100, 100);
const escaped = entry(102, 101, 102, 102);
const orphanInGroup = entry(103, 1, 102, 102);

function pidsOf(entries: readonly ProcessEntry[]): readonly number[] {
  return entries.map(({ pid }) => pid).sort((a, b) => a - b);
}

describe('selectTree', () => {
  it('takes children, groups and sessions, also of what left the group', () => {
    const all = [...strangers, leader, child, escaped, orphanInGroup];
    expect(pidsOf(selectTree(all, [leader], server.pid))).toEqual([100, 101, 102, 103]);
  });

  it('takes nothing without a seed', () => {
    expect(selectTree([...strangers, leader, child], [], server.pid)).toEqual([]);
  });

  it('is connected neither by pid 0 nor by pid 1', () => {
    const nobody = entry(0, 0, 0, 0);
    const all = [nobody, ...strangers, leader];
    expect(selectTree(all, [nobody, init, kernelThread], server.pid)).not.toContain(service);
    expect(selectTree(all, [nobody, init], server.pid)).toEqual([]);
  });

  it('spares ourselves and our ancestors even when they are named', () => {
    expect(pidsOf(selectTree([...strangers, leader], [shell, server, leader], server.pid))).toEqual([100]);
  });
});

describe('signalProcess', () => {
  it('refuses groups, pid 1 and ourselves', () => {
    for (const pid of [0, -1, -100, 1, process.pid, Number.NaN]) {
      expect(signalProcess(pid, 'SIGCONT')).toBe(false);
    }
  });
});
