import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContainerRef, ContainerSpec, StartOptions } from '../providers/container-provider.ts';
import { FakeContainerProvider } from '../providers/fake/fake.provider.ts';
import { answerLineSchema, pathOf, type AnswerLine } from '../providers/provisioned/provisioner.messages.ts';
import { ProvisionedContainerProvider } from '../providers/provisioned/provisioned.provider.ts';
import { ProvisionerServer } from './provisioner-server.ts';

/** Has as many changes to tell as the test says, and makes its containers when the test lets it. */
class DirectedContainerProvider extends FakeContainerProvider {
  private onChange: ((sessionId: string | null) => void) | null = null;
  hasEnded = false;
  isMaking = false;
  letMake = (): void => undefined;

  override watch(onChange: (sessionId: string | null) => void): () => void {
    this.onChange = onChange;
    return () => (this.hasEnded = true);
  }

  /** As an engine that was asked for a container: it makes it, whether anybody waits or not. */
  override async start(spec: ContainerSpec, { signal }: StartOptions = {}): Promise<ContainerRef> {
    this.isMaking = true;
    await new Promise<void>((resolve) => (this.letMake = resolve));
    const ref = await super.start(spec);
    signal?.throwIfAborted();
    return ref;
  }

  get isWatched(): boolean {
    return this.onChange !== null;
  }

  tell(sessionId: string): void {
    this.onChange?.(sessionId);
  }
}

describe('ProvisionerServer', () => {
  let folder: string;
  let provider: DirectedContainerProvider;
  let server: ProvisionerServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-provisioner-'));
    provider = new DirectedContainerProvider();
    const connect = () =>
      provider as unknown as ReturnType<ConstructorParameters<typeof ProvisionerServer>[1]>;
    server = new ProvisionerServer({ accept: () => Promise.resolve('ours') }, connect);
    await server.listen(join(folder, 'socket'));
  });
  afterEach(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });

  async function ask(verb: string): Promise<IncomingMessage> {
    const sent = request({ socketPath: join(folder, 'socket'), method: 'POST', path: pathOf(verb) });
    const answered = once(sent, 'response');
    sent.setHeader('content-length', 2);
    sent.end('{}');
    while (!provider.isWatched) await new Promise((resolve) => setImmediate(resolve));
    // A head comes with the first line.
    provider.tell('first');
    const [answer] = (await answered) as [IncomingMessage];
    answer.pause();
    return answer;
  }

  it('keeps no changes for who does not read, and says afterwards that it cannot tell which ones they were', async () => {
    const answer = await ask('watch');
    const changes = 100_000;
    for (let change = 0; change < changes; change += 1) {
      provider.tell(`session ${change}`);
      if (change % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const lines: AnswerLine[] = [];
    for await (const text of createInterface({ input: answer })) {
      const line = answerLineSchema.parse(JSON.parse(text));
      lines.push(line);
      if (line.type === 'changed' && line.sessionId === null) break;
    }
    expect(lines.at(0)).toEqual({ type: 'changed', sessionId: 'first' });
    expect(lines.at(-1)).toEqual({ type: 'changed', sessionId: null });
    expect(lines.length).toBeLessThan(changes / 2);
    provider.tell('next');
    answer.destroy();
    while (!provider.hasEnded) await new Promise((resolve) => setImmediate(resolve));
  });

  it.each(['stop', 'remove', 'removeData'] as const)(
    'leaves nothing of a start that was given up to a %s that comes while its container is made',
    async (verb) => {
      const main = new ProvisionedContainerProvider({
        socketPath: join(folder, 'socket'),
        instanceId: 'ours',
        sizes: [],
        workspacePath: '/data/workspace',
        mainUrl: 'http://main-server.test:3010',
      });
      const abort = new AbortController();
      const spec = { sessionId: randomUUID(), generation: 1, environment: {} };
      const ref = { provider: 'docker', sessionId: spec.sessionId, id: 'none' } as const;
      const started = main.start(spec, { signal: abort.signal });
      while (!provider.isMaking) await new Promise((resolve) => setImmediate(resolve));
      abort.abort(new Error('given up'));
      await expect(started).rejects.toThrow('given up');
      const undone = verb === 'removeData' ? main.removeData(spec.sessionId) : main[verb](ref);
      // Whoever does not wait for the start has looked by then.
      await main.list();
      provider.letMake();
      await undone;
      expect(provider.starts).toHaveLength(1);
      if (verb === 'removeData') expect(provider.hasData(spec.sessionId)).toBe(false);
      else expect(await main.inspect(ref)).toMatchObject({ state: verb === 'stop' ? 'stopped' : 'absent' });
    },
  );
});
