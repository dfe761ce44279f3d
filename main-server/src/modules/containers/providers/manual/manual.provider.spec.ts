import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { isContainerLogMark } from '@codex-webapp/contracts';
import {
  isArchiving,
  isPreparing,
  isWatching,
  usesImage,
  usesProgram,
  type ContainerRef,
  type LogOptions,
} from '../container-provider.ts';
import { ManualContainerProvider } from './manual.provider.ts';

// The suite of the other providers wants containers that begin and end by the provider's word. Here a person's word counts.
describe('ManualContainerProvider', () => {
  const provider = new ManualContainerProvider({ folder: '/var/sessions', mainUrl: 'http://localhost:3010' });
  let sessionId: string;
  let ref: ContainerRef;

  beforeEach(async () => {
    sessionId = randomUUID();
    ref = await provider.start({ sessionId, generation: 1, environment: {} });
  });

  const linesOf = async (options?: LogOptions): Promise<readonly string[]> => {
    const lines: string[] = [];
    for await (const { text } of provider.logs(ref, options)) lines.push(text);
    return lines;
  };

  it('says that somebody else runs the program, and that nothing is isolated', async () => {
    expect(provider).toMatchObject({ name: 'manual', startsByItself: false, isIsolated: false });
    const { isAvailable, note } = await provider.check();
    expect([isAvailable, note]).toEqual([
      true,
      'You run container-agent yourself, with the environment shown.',
    ]);
  });

  it('has nothing of an image, a program of its own, a watch or an archive', () => {
    const abilities = [usesImage, usesProgram, isPreparing, isWatching, isArchiving];
    expect(abilities.map((isAble) => isAble(provider))).toEqual([false, false, false, false, false]);
  });

  it('gives each session a workspace of its own', () => {
    expect(provider.workspacePath(sessionId)).toBe(`/var/sessions/${sessionId}/workspace`);
  });

  it('answers every start of a session with the same ref, which can be stored', async () => {
    expect(JSON.parse(JSON.stringify(ref))).toEqual({ provider: 'manual', sessionId, id: sessionId });
    expect(await provider.start({ sessionId, generation: 2, environment: {} })).toEqual(ref);
  });

  it('stops a start that was given up before it began', async () => {
    const signal = AbortSignal.abort(new Error('given up'));
    const start = provider.start({ sessionId, generation: 1, environment: {} }, { signal });
    await expect(start).rejects.toThrow('given up');
  });

  it('refuses to say whether it runs, with what to do: only its link shows that', async () => {
    await expect(provider.inspect()).rejects.toMatchObject({
      reason: 'unreachable',
      message: 'container-agent is not connected. Run it with the environment of this session.',
    });
  });

  it('has nothing to stop, remove, delete or list, and says so as often as it is asked', async () => {
    for (let round = 0; round < 2; round += 1) {
      expect(await provider.stop()).toBeUndefined();
      expect(await provider.remove()).toBeUndefined();
      expect(await provider.removeData()).toBeUndefined();
      expect(await provider.list()).toEqual([]);
    }
  });

  it('says where the log is, once', async () => {
    expect(await linesOf()).toEqual(['container-agent prints its log where it was started.']);
    const marks: string[] = [];
    for await (const { mark } of provider.logs(ref)) marks.push(mark);
    expect(marks.filter((mark) => isContainerLogMark(mark))).toEqual(marks);
    expect(await linesOf({ after: marks[0] })).toEqual([]);
  });

  it('cannot tell what a session uses', async () => {
    const stranger = randomUUID();
    const unknown = { cpu: null, memory: null, disk: null };
    expect(await provider.stats([sessionId, stranger])).toEqual([
      { sessionId, ...unknown },
      { sessionId: stranger, ...unknown },
    ]);
    expect(await provider.stats([])).toEqual([]);
  });
});
