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
function engineThatSays(frames: readonly Buffer[], told: (order: string) => void = () => undefined): Docker {
  const answer = (order: string) => () => Promise.resolve(told(order));
  const container = {
    attach: async () => {
      await answer('attach')();
      return Readable.from(frames);
    },
    start: answer('start'),
    remove: answer('remove'),
    wait: answer('wait'),
  };
  const engine = {
    getVolume: () => ({ inspect: () => Promise.resolve({ Labels: names.labelsOf('s') }) }),
    createContainer: () => Promise.resolve(container),
    getContainer: () => container,
  };
  return engine as unknown as Docker;
}

const names = new DockerNames('0123456789abcdef');

function archivesOf(engine: Docker): DockerArchives {
  return new DockerArchives(engine, names, {
    images: async function* () {
      yield* ['image', 'another'];
    },
    limits: () => Promise.resolve({ memoryBytes: 1e9, nanoCpus: 1e9, pidsLimit: 64 }),
    runtime: null,
  });
}

describe('an archive', () => {
  it.each([
    ['alone', (complaints: string) => [toFrame(2, 'archive begins\n'), toFrame(2, complaints)]],
    ['together with all complaints', (complaints: string) => [toFrame(2, `archive begins\n${complaints}`)]],
  ])('begins with its first word, told %s', async (_, tell) => {
    const complaints = 'tar: secret: Cannot open: Permission denied\n'.repeat(400);
    const frames = [...tell(complaints), toFrame(1, 'files'), toFrame(2, 'archive ended with 1\n')];
    const archive = await archivesOf(engineThatSays(frames)).open('s');
    expect(await buffer(archive)).toEqual(Buffer.from('files'));
  });

  it('starts nothing for whoever has left meanwhile, and leaves nothing behind', async () => {
    const leaving = new AbortController();
    const told: string[] = [];
    const engine = engineThatSays([], (order) => {
      told.push(order);
      if (order === 'attach') leaving.abort();
    });
    await expect(archivesOf(engine).open('s', leaving.signal)).rejects.toThrow('aborted');
    expect(told).toEqual(['attach', 'remove', 'wait']);
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
