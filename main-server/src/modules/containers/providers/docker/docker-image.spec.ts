import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type Docker from 'dockerode';
import { DockerImage } from './docker-image.ts';

const image = 'registry.test/agent:1';

/** An engine that has the image, answers when the test says so, and counts what is pulled. */
class OneImageEngine {
  pulls = 0;
  private readonly looks: (() => void)[] = [];

  get docker(): Docker {
    return {
      getImage: () => ({ inspect: () => this.look() }),
      pull: () => {
        this.pulls += 1;
        return Promise.resolve(Readable.from([]));
      },
    } as unknown as Docker;
  }

  /** Whatever is asked, and asked thereupon. */
  async answerAll(): Promise<void> {
    for (let turns = 0; turns < 20; turns += 1) {
      for (const tell of this.looks.splice(0)) tell();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private look(): Promise<{ readonly Id: string }> {
    return new Promise((resolve) => this.looks.push(() => resolve({ Id: 'sha256:1' })));
  }
}

describe('DockerImage', () => {
  it('looks for a newer image for who wants one, however many only ask whether it is here', async () => {
    const engine = new OneImageEngine();
    const images = new DockerImage(engine.docker, { image, repositoryFolder: '/none' });
    const starts = [images.ensure()];
    const upgrade = images.ensure({ pulls: true });
    // Whoever comes next is there before the upgrade has noticed that the first look is over.
    starts.push(starts[0]!.then(() => images.ensure()));
    const over = Promise.all([upgrade, ...starts]);
    await engine.answerAll();
    expect(await over).toEqual([image, image, image]);
    expect(engine.pulls).toBe(1);
  });

  it('asks the registry once for all who want a newer one at the same time', async () => {
    const engine = new OneImageEngine();
    const images = new DockerImage(engine.docker, { image, repositoryFolder: '/none' });
    const upgrades = Promise.all([images.ensure({ pulls: true }), images.ensure({ pulls: true })]);
    await engine.answerAll();
    expect(await upgrades).toEqual([image, image]);
    expect(engine.pulls).toBe(1);
  });
});
