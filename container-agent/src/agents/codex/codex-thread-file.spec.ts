import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CodexThreadFile } from './codex-thread-file.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'codex-thread-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('CodexThreadFile', () => {
  it('remembers the last thread, in a folder it makes', async () => {
    const folder = path.join(root, 'state');
    await new CodexThreadFile(folder).write('one');
    await new CodexThreadFile(folder).write('two');
    expect(await new CodexThreadFile(folder).find()).toBe('two');
    expect(readdirSync(folder)).toEqual(['codex-thread.json']);
  });

  it.each(['', '{', '{}', '{"threadId":1}'])('knows none when the file says %j', async (content) => {
    writeFileSync(path.join(root, 'codex-thread.json'), content);
    expect(await new CodexThreadFile(root).find()).toBeNull();
  });
});
