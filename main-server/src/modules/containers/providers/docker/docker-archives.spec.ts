import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const sources = path.resolve(import.meta.dirname, '../../../../..', 'src');

describe('the files of sessions', () => {
  it('never cross the engine’s archive API, which runs as root on paths of theirs', () => {
    const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'),
    );
    expect(files.length).toBeGreaterThan(100);
    const callers = files.filter((file) =>
      /\.(get|put|info)Archive\b|\/archive\?path=/.test(readFileSync(path.join(sources, file), 'utf8')),
    );
    expect(callers).toEqual([]);
  });
});
