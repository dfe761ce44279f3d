import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { isArchiveComplete, toArchiveName, toAttachment, wholeOrBroken } from './workspace-archive.ts';

const complete = { assertComplete: () => Promise.resolve(), release: () => undefined };

describe('wholeOrBroken', () => {
  it('passes everything on, and ends when the work ended well', async () => {
    expect(await text(wholeOrBroken(Readable.from(['one ', 'two']), complete))).toBe('one two');
  });

  it('does not end when the work did not', async () => {
    const failed = { ...complete, assertComplete: () => Promise.reject(new Error('tar ended with 2')) };
    const whole = wholeOrBroken(Readable.from(['all', ' bytes']), failed);
    await expect(text(whole)).rejects.toThrow('tar ended with 2');
  });

  it('does not end when its source breaks', async () => {
    const source = new PassThrough();
    const whole = wholeOrBroken(source, complete);
    source.write('half');
    source.destroy(new Error('lost'));
    await expect(text(whole)).rejects.toThrow('lost');
  });

  it('lets go, and ends its source, when nobody reads any more', async () => {
    const source = new PassThrough();
    const released = new Promise<void>((release) => {
      wholeOrBroken(source, { ...complete, release }).destroy();
    });
    await released;
    expect(source.destroyed).toBe(true);
  });

  it('reads no faster than it is read', async () => {
    let made = 0;
    const source = new Readable({
      read() {
        made += 1;
        this.push(made > 1_000 ? null : Buffer.alloc(64 * 1024));
      },
    });
    const whole = wholeOrBroken(source, complete);
    await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(20);
    whole.resume();
    await new Promise((resolve) => whole.once('end', resolve));
    expect(made).toBe(1_001);
  });
});

describe('isArchiveComplete', () => {
  it('takes files that changed meanwhile for a whole archive, and a failure for none', () => {
    expect(isArchiveComplete(0, '')).toBe(true);
    expect(isArchiveComplete(1, 'tar: workspace/log: file changed as we read it')).toBe(true);
    expect(isArchiveComplete(1, 'tar: Error exit delayed from previous errors.')).toBe(false);
    expect(isArchiveComplete(2, 'tar: Exiting with failure status due to previous errors')).toBe(false);
    expect(isArchiveComplete(null, '')).toBe(false);
  });
});

describe('the name of an archive', () => {
  it('says whose it is, whatever the title', () => {
    expect(toArchiveName('Add a rate limiter')).toBe('Add-a-rate-limiter-workspace.tar.gz');
    expect(toArchiveName('../..\\etc/passwd\r\n"x"')).toBe('etc-passwd-x-workspace.tar.gz');
    expect(toArchiveName('\u202Egnp.exe')).toBe('gnp.exe-workspace.tar.gz');
    expect(toArchiveName('///')).toBe('session-workspace.tar.gz');
    expect(toArchiveName('🙂'.repeat(200))).toHaveLength(160 + '-workspace.tar.gz'.length);
  });

  it('stands in a header that nothing breaks', () => {
    expect(toAttachment('Über-日本-workspace.tar.gz')).toBe(
      `attachment; filename="Uber--workspace.tar.gz"; filename*=UTF-8''%C3%9Cber-%E6%97%A5%E6%9C%AC-workspace.tar.gz`,
    );
    expect(toAttachment(toArchiveName(`a"; filename=b\r\nset-cookie: x'(y)*`))).toMatch(
      /^attachment; filename="[\w.-]+"; filename\*=UTF-8''[\w%.;=-]+$/,
    );
  });
});
