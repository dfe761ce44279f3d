import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@codex-webapp/nest-kit/testing';
import { WorkspaceDownloads } from './workspace-downloads.ts';

const minuteMs = 60_000;
const kibibyte = 1024;

function begin() {
  const clock = new FakeClock();
  const downloads = new WorkspaceDownloads(clock);
  const source = new PassThrough();
  const { count } = downloads.begin({
    id: 'one',
    sessionId: 'session',
    userId: 'user',
    fileName: 'workspace.tar.gz',
    loginId: null,
    tokenId: null,
    disconnection: new AbortController().signal,
  });
  return { clock, downloads, source, counted: count(source) };
}

/** As a reader that takes so much in a minute. */
async function take(source: PassThrough, counted: Readable, bytes: number): Promise<void> {
  const taken = once(counted, 'data');
  source.write(Buffer.alloc(bytes));
  await taken;
}

describe('WorkspaceDownloads', () => {
  it('cuts one that is read next to nothing of, and gives its place to others', async () => {
    const { clock, downloads, source, counted } = begin();
    const failed = once(counted, 'error');
    for (let minute = 0; minute < 11 && !counted.destroyed; minute += 1) {
      await take(source, counted, 1);
      clock.advance(minuteMs);
    }
    expect(counted.destroyed).toBe(true);
    await failed;
    expect(downloads.get('session', 'one')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('less than a megabyte'),
    });
    expect(downloads.isUnderWay('session')).toBe(false);
    expect(source.destroyed).toBe(true);
  });

  it('cuts one that nothing is read of any more, after a good beginning', async () => {
    const { clock, source, counted } = begin();
    const failed = once(counted, 'error');
    for (let minute = 0; minute < 5; minute += 1) {
      await take(source, counted, 500 * kibibyte);
      clock.advance(minuteMs);
    }
    clock.advance(6 * minuteMs);
    expect(counted.destroyed).toBe(false);
    clock.advance(6 * minuteMs);
    await failed;
  });

  it('waits for who reads slowly', async () => {
    const { clock, downloads, source, counted } = begin();
    for (let minute = 0; minute < 60; minute += 1) {
      await take(source, counted, 120 * kibibyte);
      clock.advance(minuteMs);
    }
    expect(counted.destroyed).toBe(false);
    expect(downloads.get('session', 'one')).toMatchObject({ state: 'sending' });
    counted.destroy();
  });
});
