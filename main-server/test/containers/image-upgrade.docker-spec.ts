import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ContainerImage } from '../../src/modules/containers/providers/container-provider.ts';
import {
  buildImage,
  buildTestImage,
  describeWithDocker,
  docker,
  makeDockerWorld,
  runInside,
  testImage,
} from '../support/docker-world.ts';
import { testProgram } from '../support/provider-test-program.ts';

const timeoutMs = 120_000;

await describeWithDocker('an image upgrade in Docker', () => {
  beforeAll(() => buildTestImage(testProgram), 5 * 60_000);

  const name = `127.0.0.1:1/upgrade-test-${randomUUID().slice(0, 8)}`;

  /** The same name with another content. */
  async function buildVersion(version: string): Promise<void> {
    const folder = await mkdtemp(path.join(tmpdir(), 'cw-version-'));
    await writeFile(path.join(folder, 'Dockerfile'), `FROM ${testImage}\nENV VERSION=${version}\n`);
    await buildImage(folder, name);
  }

  afterAll(() => docker.getImage(name).remove({ force: true }), timeoutMs);

  it('keeps what is in the workspace and in the home', async () => {
    const sessionId = randomUUID();
    const environment = { WORKSPACE_PATH: '/data/workspace', GREETING: 'hello' };
    const specOf = (generation: number) => ({ sessionId, generation, environment });
    await buildVersion('one');
    const { provider, dispose } = makeDockerWorld({ image: name });
    try {
      const images: ContainerImage[] = [];
      const onImage = (image: ContainerImage) => images.push(image);
      const { id } = await provider.start(specOf(1), { onImage });
      expect(await provider.findImage()).toEqual(images[0]);
      await runInside(id, ['sh', '-c', 'echo work > /data/workspace/w; echo login > /data/home/h']);
      expect(await runInside(id, ['printenv', 'VERSION'])).toMatch('one');

      await buildVersion('two');
      const current = await provider.findImage();
      expect(current).toMatchObject({ name, id: expect.not.stringMatching(images[0]?.id ?? '') });
      const lines: (string | null)[] = [];
      await provider.start(
        { ...specOf(2), pullsImage: true },
        { onImage, onProgress: (_step, detail) => lines.push(detail) },
      );
      expect(images[1]).toEqual(current);
      const isNew: boolean[] = [];
      await provider.start(specOf(2), { onImage: (_image, isOne) => isNew.push(isOne) });
      expect(isNew).toEqual([false]);
      // No registry has it, which keeps nobody from what is here.
      expect(lines.join()).toContain('Not pulled');
      expect(await runInside(id, ['printenv', 'VERSION'])).toMatch('two');
      expect(await runInside(id, ['cat', '/data/workspace/w', '/data/home/h'])).toMatch(/work\s+login/);
    } finally {
      await dispose();
    }
  });
});
