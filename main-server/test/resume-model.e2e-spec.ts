import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type Arbitrary,
  type WeightedArbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
} from 'fast-check';
import { DataFolder } from '../src/database/data-folder.ts';
import { createTestApp } from './support/create-test-app.ts';
import { appendTo, HistoryServer, ModelClient, ModelContainer } from './support/resume-world.ts';

const runs = process.env.TEST_FULL === '1' ? 1_000 : 100;

jest.setTimeout(60_000 + runs * 1_000);

type Step =
  | { readonly do: 'say' | 'deliver'; readonly count: number }
  | { readonly do: 'append' | 'cut' | 'wake' | 'stall' | 'recover' | 'fail' | 'pause' | 'restart' | 'kill' };

const steps = array(
  oneof<[Arbitrary<Step>, ...WeightedArbitrary<Step>[]]>(
    record({ do: constantFrom('say', 'deliver'), count: integer({ min: 1, max: 4 }) }),
    { weight: 6, arbitrary: record({ do: constant('say'), count: integer({ min: 1, max: 4 }) }) },
    {
      weight: 6,
      arbitrary: record({ do: constant('deliver'), count: integer({ min: 1, max: 4 }) }),
    },
    {
      weight: 12,
      arbitrary: record({
        do: constantFrom('append', 'cut', 'wake', 'wake', 'stall', 'recover', 'fail', 'pause', 'pause'),
      }),
    },
    { weight: 1, arbitrary: record({ do: constantFrom('restart', 'kill') }) },
  ),
  { minLength: 5, maxLength: 60 },
);

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Whatever is cut, stalled, restarted or not stored, a page that comes to rest shows what the database has. */
describe('a client that resumes', () => {
  let folder: string;
  let dataFolder: DataFolder;
  let server: HistoryServer;
  const sessionIds: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'resume-model-'));
    Logger.overrideLogger(false);
    {
      await using app = await createTestApp({ folder });
      const user = await app.addUser();
      for (let n = 0; n < runs; n += 1) sessionIds.push((await app.addSession(user)).id);
    }
    dataFolder = await DataFolder.open(folder);
    server = await HistoryServer.boot(dataFolder);
  });

  afterAll(async () => {
    await server.stop();
    await dataFolder.onApplicationShutdown();
    await rm(folder, { recursive: true, force: true });
  });

  async function play(sessionId: string, script: readonly Step[]): Promise<void> {
    const client = new ModelClient(server, sessionId);
    const container = new ModelContainer(server, sessionId);
    let underWay: Promise<unknown>[] = [];
    let appended = 0;
    // Most of what can go wrong needs a page that has something already.
    if (script.length % 4 > 0) await rest(sessionId, client, container, []);
    for (const step of script) {
      switch (step.do) {
        case 'say':
          underWay.push(container.say(step.count));
          break;
        case 'append':
          underWay.push(appendTo(server, sessionId, `a${(appended += 1)};`).catch(() => undefined));
          break;
        case 'deliver':
          client.wire?.deliver(step.count);
          break;
        case 'cut':
          client.wire?.end(1006);
          break;
        case 'wake':
          client.wake();
          break;
        case 'stall':
          if (client.wire) client.wire.isStalled = true;
          break;
        case 'recover':
          if (client.wire) client.wire.isStalled = false;
          break;
        case 'fail':
          failOnce();
          break;
        case 'pause':
          await new Promise((resolve) => setTimeout(resolve, 2));
          break;
        default:
          client.wire?.end(step.do === 'restart' ? 1012 : 1006);
          container.unlink();
          await server.restart({ isClean: step.do === 'restart' }, underWay);
          underWay = [];
      }
    }
    await rest(sessionId, client, container, underWay);
    const expected = await server.committed(sessionId);
    expect(client.shown).toEqual(expected);
    client.stop();
  }

  function failOnce(): void {
    const disarm = server.failpoints.arm('history.store', () => {
      disarm();
      throw new Error('the disk did not take it');
    });
  }

  async function rest(
    sessionId: string,
    client: ModelClient,
    container: ModelContainer,
    underWay: readonly Promise<unknown>[],
  ): Promise<void> {
    await Promise.allSettled(underWay);
    server.failpoints.arm('history.store', () => undefined);
    await container.relink();
    const { position } = await server.committed(sessionId);
    // What is wrong is told by the comparison; here it only has to end.
    for (let turns = 0, quiet = 0; quiet < 5 && turns < 1_000; turns += 1) {
      await (turns < 20 ? turnOfTheLoop() : new Promise((resolve) => setTimeout(resolve, 1)));
      const { wire } = client;
      if (wire) wire.isStalled = false;
      const isThere = client.isOpen && wire?.isEmpty === true && client.shown.position === position;
      quiet = isThere ? quiet + 1 : 0;
      wire?.deliver(1_000);
      const isGone = wire === null || wire.readyState !== wire.OPEN;
      if (!client.isOpen && isGone) client.wake();
    }
  }

  it(`shows what the database has, in ${runs} random lives`, async () => {
    const free = [...sessionIds];
    await assert(
      asyncProperty(steps, async (script) => {
        await play(free.pop() ?? '', script);
      }),
      { numRuns: runs, endOnFailure: true },
    );
    expect(free).toEqual([]);
  });
});
