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

/** An engine without the image that answers a pull with these lines. */
function engineThatPulls(...lines: readonly unknown[]): Docker {
  const absent = Object.assign(new Error('no such image'), { statusCode: 404 });
  return {
    getImage: () => ({ inspect: () => Promise.reject(absent) }),
    pull: () =>
      Promise.resolve(
        Readable.from(lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`))),
      ),
  } as unknown as Docker;
}

describe('DockerImage', () => {
  describe('ensure', () => {
    const ensure = async (docker: Docker) => {
      const told: string[] = [];
      const images = new DockerImage(docker, { image, repositoryFolder: '/none' });
      const outcome = await images
        .ensure({ onLine: (line) => told.push(line) })
        .catch((error: unknown) => error);
      return { told, outcome };
    };

    it('tells each line of the engine, without its colours', async () => {
      const progress = { status: 'Downloading', id: '4abcf2066143', progress: '[=====>     ]  1.2MB/3.4MB' };
      const { told, outcome } = await ensure(
        engineThatPulls({ status: 'Pulling from agent', id: '1' }, progress, {
          stream: '\u001B[1mStep 1/9\u001B[0m : FROM [m]\n',
        }),
      );
      expect(outcome).toBe(image);
      expect(told).toEqual([
        `Pulling ${image}`,
        '1 Pulling from agent',
        '4abcf2066143 Downloading [=====>     ]  1.2MB/3.4MB',
        'Step 1/9 : FROM [m]',
      ]);
    });

    it('cuts long lines and leaves empty ones out', async () => {
      const { told } = await ensure(
        engineThatPulls({ stream: '\n' }, { aux: { ID: 'sha256:1' } }, { stream: 'x'.repeat(1_000) }),
      );
      expect(told).toEqual([`Pulling ${image}`, 'x'.repeat(200)]);
    });

    it('fails with the words of the engine and the last lines before them', async () => {
      const lines = Array.from({ length: 20 }, (_, at) => ({ stream: `line ${at}` }));
      const { outcome } = await ensure(engineThatPulls(...lines, { error: 'manifest unknown' }));
      expect(outcome).toMatchObject({ reason: 'image_unavailable', isRetryable: true });
      const { message } = outcome as Error;
      expect(message).toContain(`The image ${image} could not be pulled: manifest unknown\nline 5\n`);
      expect(message).toMatch(/\nline 19$/);
    });

    it('fails when the engine falls silent in the middle of a line', async () => {
      const { outcome } = await ensure(engineThatPulls({ stream: 'one' }, '{"status":"Downl'));
      expect((outcome as Error).message).toContain('Docker ended the answer in the middle.');
    });
  });

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
