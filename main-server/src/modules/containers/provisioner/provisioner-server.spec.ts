import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeContainerProvider } from '../providers/fake/fake.provider.ts';
import { answerLineSchema, pathOf, type AnswerLine } from '../providers/provisioned/provisioner.messages.ts';
import { ProvisionerServer } from './provisioner-server.ts';

/** Has as many changes to tell as the test says, and tells more of a start than anybody reads. */
class TalkativeProvider extends FakeContainerProvider {
  private onChange: ((sessionId: string | null) => void) | null = null;
  hasEnded = false;

  override watch(onChange: (sessionId: string | null) => void): () => void {
    this.onChange = onChange;
    return () => (this.hasEnded = true);
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
  let provider: TalkativeProvider;
  let server: ProvisionerServer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cw-provisioner-'));
    provider = new TalkativeProvider();
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
});
