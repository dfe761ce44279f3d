import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { preparationLimits } from '@codex-webapp/contracts';
import { PreparationLog } from './preparation-log.ts';

let folder: string;

beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'preparation-log-')), 'log');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

describe('the log of a preparation', () => {
  it('gathers lines, and has them all for whoever reads, now and in the next process', () => {
    const log = new PreparationLog(folder);
    for (let line = 0; line < 1_000; line += 1) log.append(`${line}\n`);
    expect(existsSync(folder)).toBe(false);
    const { text, isTruncated } = log.read();
    expect(text.split('\n').slice(0, -1)).toEqual(Array.from({ length: 1_000 }, (_none, line) => `${line}`));
    expect(isTruncated).toBe(false);
    expect(new PreparationLog(folder).read().text).toBe(text);
    expect(new PreparationLog(folder).tail).toBe(log.tail);
  });

  it('writes by itself what nobody reads', async () => {
    const log = new PreparationLog(folder);
    log.append('said\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(new PreparationLog(folder).read().text).toBe('said\n');
  });

  it('drops what is old, and says so', () => {
    const log = new PreparationLog(folder);
    const half = 'x'.repeat(preparationLimits.logMaxBytes / 2);
    for (const part of ['first', 'second', 'third']) {
      log.append(`${part} ${half}\n`);
      log.flush();
    }
    const { text, isTruncated } = log.read();
    expect(isTruncated).toBe(true);
    expect(text).not.toContain('second');
    expect(text).toContain('third');
    expect(readdirSync(folder).length).toBeLessThanOrEqual(2);
  });

  it('begins anew, with nothing of before', () => {
    const log = new PreparationLog(folder);
    log.append('before\n');
    log.clear();
    log.append('after\n');
    expect(log.read().text).toBe('after\n');
    expect(log.tail).toBe('after\n');
  });
});
