import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { listBuildInputs } from './image-build-context.ts';

const repository = fileURLToPath(new URL('../../../../../../', import.meta.url));

describe('listBuildInputs', () => {
  it('has everything that the Dockerfile copies', async () => {
    const dockerfile = await readFile(join(repository, 'container-agent/Dockerfile'), 'utf8');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    const inputs = await listBuildInputs(repository);
    const isThere = (source: string) => {
      const pattern = new RegExp(`^${source.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`);
      return inputs.some((input) => pattern.test(input));
    };
    expect(copied).toContain('scripts/pack-app.mjs');
    expect(copied.filter((source) => !isThere(source))).toEqual([]);
  });
});
