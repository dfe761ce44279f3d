import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BlobSpool } from './blob-spool.ts';

let folder: string;

const open = (options: { blobMaxBytes?: number; maxBytes?: number } = {}): BlobSpool =>
  new BlobSpool({ folder, ...options });
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'blobs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('BlobSpool', () => {
  it('keeps content under the hash of its bytes, once, and knows it after a restart', () => {
    const spool = open();
    const ref = { sha256: hashOf('wörds'), bytes: 6 };
    expect([spool.keep('wörds', 'newest'), spool.keep('wörds', 'newest')]).toEqual([ref, ref]);
    expect(readdirSync(folder)).toEqual([ref.sha256]);
    writeFileSync(path.join(folder, `${ref.sha256}.123.tmp`), 'half');
    const next = open();
    expect(next.list()).toEqual([ref.sha256]);
    expect(next.read(ref.sha256).toString()).toBe('wörds');
    expect(readdirSync(folder)).toEqual([ref.sha256]);
  });

  it.each([
    ['newest', '漢END'],
    ['oldest', 'BEGIN漢'],
  ] as const)('keeps the %s part of what is too long, between letters, and says so', (end, kept) => {
    const spool = open({ blobMaxBytes: Buffer.byteLength(kept) + 2 });
    const ref = spool.keep('BEGIN漢字漢字漢END', end);
    expect(ref).toEqual({ sha256: hashOf(kept), bytes: Buffer.byteLength(kept), truncated: true });
    expect(spool.read(hashOf(kept)).toString()).toBe(kept);
  });

  it('takes no more while it is full, and lets who has more wait', async () => {
    const spool = open({ maxBytes: 10 });
    spool.keep('0123456789', 'newest');
    expect(spool.keep('more', 'newest')).toBeNull();
    let hasRoom = false;
    const waiting = spool.whenRoom().then(() => (hasRoom = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasRoom).toBe(false);
    spool.remove(hashOf('0123456789'));
    await waiting;
    expect(spool.keep('more', 'newest')).toEqual({ sha256: hashOf('more'), bytes: 4 });
  });
});
