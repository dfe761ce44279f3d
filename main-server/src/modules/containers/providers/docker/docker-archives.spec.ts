import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type Docker from 'dockerode';
import { DockerArchives } from './docker-archives.ts';
import { DockerNames } from './docker-names.ts';
import { frameHeaderBytes } from './frame-header.ts';

/** One frame of the engine's stream, as a busy engine joins what a program has said. */
function toFrame(stream: 1 | 2, content: string): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

/** An engine whose archive container says these frames. */
function engineThatSays(names: DockerNames, ...frames: readonly Buffer[]): Docker {
  const container = {
    attach: () => Promise.resolve(Readable.from(frames)),
    start: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    wait: () => Promise.resolve(),
  };
  const engine = {
    getVolume: () => ({ inspect: () => Promise.resolve({ Labels: names.labelsOf('s') }) }),
    createContainer: () => Promise.resolve(container),
    getContainer: () => container,
  };
  return engine as unknown as Docker;
}

describe('an archive', () => {
  it.each([
    ['alone', (complaints: string) => [toFrame(2, 'archive begins\n'), toFrame(2, complaints)]],
    ['together with all complaints', (complaints: string) => [toFrame(2, `archive begins\n${complaints}`)]],
  ])('begins with its first word, told %s', async (_, tell) => {
    const names = new DockerNames('0123456789abcdef');
    const complaints = 'tar: secret: Cannot open: Permission denied\n'.repeat(400);
    const frames = [...tell(complaints), toFrame(1, 'files'), toFrame(2, 'archive ended with 1\n')];
    const archives = new DockerArchives(engineThatSays(names, ...frames), names, {
      images: async function* () {
        yield 'image';
      },
      limits: () => Promise.resolve({ memoryBytes: 1e9, nanoCpus: 1e9, pidsLimit: 64 }),
      runtime: null,
    });
    const archive = await archives.open('s');
    expect(await buffer(archive)).toEqual(Buffer.from('files'));
  });
});

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
