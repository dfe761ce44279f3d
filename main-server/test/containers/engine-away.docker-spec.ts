import { expect, it } from '@jest/globals';
import type { MessageListResponse, SessionListResponse } from '@codex-webapp/contracts';
import { ask, printedIn } from '../support/ask.ts';
import { CutLine } from '../support/cut-line.ts';
import { DockerServer } from '../support/docker-server.ts';
import { describeWithDocker, listHoldings, runInside } from '../support/docker-world.ts';
import { waitFor } from '../support/wait-for.ts';

const minute = 60_000;
/** More than a link may be silent before it counts as ended. */
const unseenWithinMs = 90_000;

await describeWithDocker('main-server without its engine', () => {
  it(
    'reads on, says what it does not know, calls nothing deleted or failed, and goes on when the engine is back',
    async () => {
      await using line = await CutLine.lay();
      await using server = await DockerServer.start(line.environment);
      const { client } = server.process;
      const id = await server.addConnected();
      await ask(server.process, id, 'echo kept > file');
      const [before, held] = [await server.statusOf(id), await listHoldings(server.instanceId)];
      const { Id, State } = await server.containerOf(id);

      const expectToRead = async (containerStatus: string): Promise<void> => {
        expect(await server.process.readyStatus()).toBe(200);
        const list = await client.get('/api/sessions');
        expect(list.status).toBe(200);
        expect((list.body as SessionListResponse).sessions).toMatchObject([{ id, containerStatus }]);
        const history = await client.get(`/api/sessions/${id}/messages`);
        expect(history.status).toBe(200);
        expect((history.body as MessageListResponse).messages.map(({ role }) => role)).toEqual([
          'user',
          'assistant',
        ]);
      };
      const expectNoLogs = async (): Promise<void> => {
        const logs = await client.get(`/api/sessions/${id}/container/logs`);
        expect([logs.status, (logs.body as { error: { code: string } }).error.code]).toEqual([
          503,
          'container.provider_unreachable',
        ]);
      };
      await expectToRead('running');
      expect((await client.get(`/api/sessions/${id}/container/logs`)).status).toBe(200);

      line.cut();
      await expectNoLogs();
      // Its link says that it runs, whatever the engine says.
      await expectToRead('running');

      // And with it what runs there, as when the machine of both is away.
      await runInside(Id, ['sh', '-c', 'kill -STOP -1']);
      await waitFor(async () => (await server.statusOf(id)).status !== 'running', unseenWithinMs);
      expect(await server.statusOf(id)).toMatchObject({
        status: 'unknown',
        isConnected: false,
        generation: before.generation,
        reason: expect.stringContaining('Docker does not answer'),
      });
      await expectToRead('unknown');
      await expectNoLogs();

      await runInside(Id, ['sh', '-c', 'kill -CONT -1']);
      await line.mend();
      expect(await server.untilConnected(id, minute)).toMatchObject({
        generation: before.generation,
        reason: null,
      });
      expect(await listHoldings(server.instanceId)).toEqual(held);
      expect((await server.containerOf(id)).State.StartedAt).toBe(State.StartedAt);
      expect((await client.get(`/api/sessions/${id}/container/logs`)).status).toBe(200);
      expect(printedIn(await ask(server.process, id, 'cat file'))).toBe('kept\n');
    },
    20 * minute,
  );
});
