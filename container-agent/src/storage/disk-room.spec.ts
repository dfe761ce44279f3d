import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DiskRoom } from './disk-room.ts';

let folder: string;
let reserve: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'disk-room-'));
  reserve = path.join(folder, 'disk-reserve');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failure = (code: string): Error => Object.assign(new Error(code), { code });
/** Work that finds no room as long as something is held back. */
const needsReserve = (): string => {
  if (existsSync(reserve)) throw failure('ENOSPC');
  return 'written';
};

describe('DiskRoom', () => {
  it('gives what it held back only to who may have it, and at once', async () => {
    const room = new DiskRoom({ folder, reserveBytes: 1_000 });
    room.holdReserve();
    expect(statSync(reserve).size).toBe(1_000);
    const startedAt = performance.now();
    const waiting = room.wait(needsReserve);
    await new Promise((resolve) => setImmediate(resolve));
    expect(existsSync(reserve)).toBe(true);
    room.openReserve();
    expect(await waiting).toBe('written');
    expect(performance.now() - startedAt).toBeLessThan(500);
    room.holdReserve();
    expect(statSync(reserve).size).toBe(1_000);
  });

  it('lets nobody wait once it stops, and passes on what is no full disk', async () => {
    const room = new DiskRoom({ folder, reserveBytes: 1_000 });
    const full = room.wait(() => Promise.reject(failure('ENOSPC')));
    room.stopWaiting();
    await expect(full).rejects.toThrow('ENOSPC');
    await expect(room.wait(() => Promise.reject(failure('EIO')))).rejects.toThrow('EIO');
  });

  it('goes on where nothing can be held back, and makes that possible again', () => {
    mkdirSync(`${reserve}.new`);
    const room = new DiskRoom({ folder, reserveBytes: 1_000 });
    room.holdReserve();
    expect(existsSync(reserve)).toBe(false);
    room.holdReserve();
    expect(statSync(reserve).size).toBe(1_000);
  });

  it('holds nothing back where there is too little', () => {
    const room = new DiskRoom({ folder, reserveBytes: Number.MAX_SAFE_INTEGER });
    room.holdReserve();
    expect(existsSync(reserve)).toBe(false);
  });
});
