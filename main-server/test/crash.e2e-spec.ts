import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { countingTimeoutMs, expectToCountOverKills } from './support/counting-sessions.ts';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

jest.setTimeout(240_000);

interface ContainerRecord {
  readonly pid: number;
}

/** When a process began, in ticks since the machine did: with its pid it names the process. */
function startOf(pid: number): string {
  return (
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19] ?? ''
  );
}

describe('the end of main-server', () => {
  it.each([
    ['SIGKILL', 'SIGKILL'],
    ['SIGTERM', 0],
  ] as const)(
    'by %s restarts nothing: the container is adopted, and its turn goes on to a complete answer',
    async (signal, end) => {
      await using server = await ServerProcess.start({ provider: 'process' });
      const { id } = await server.addSession({ agent: 'shell', permissionMode: 'full-auto' });
      const status = async () => {
        const { body } = await server.client.get(`/api/sessions/${id}/container/status`);
        return body as { status: string; generation: number };
      };
      try {
        await waitFor(async () => (await status()).status === 'running', 40_000);
        const { pid } = JSON.parse(
          readFileSync(path.join(server.folder, 'containers', `${id}.json`), 'utf8'),
        ) as ContainerRecord;
        const before = { ...(await status()), start: startOf(pid) };
        const command = 'for n in $(seq 1 40); do echo "line $n"; sleep 0.1; done';
        await server.client.post(`/api/sessions/${id}/messages`, { text: command });
        await waitFor(
          async () => (await server.client.get(`/api/sessions/${id}`)).body.status === 'running',
          10_000,
        );
        server.signal(signal);
        expect(await server.ended()).toBe(end);
        expect(startOf(pid)).toBe(before.start);
        const startedAt = performance.now();
        const readyMs = await server.start();
        await waitFor(async () => (await status()).status === 'running', 20_000);
        const adoptedMs = performance.now() - startedAt;
        // Told and not asserted: it follows the load of the machine.
        process.stdout.write(
          `After ${signal}: serving ${Math.round(readyMs)} ms after the start, the container adopted after ` +
            `${Math.round(adoptedMs)} ms\n`,
        );
        let output: string | undefined;
        await waitFor(async () => {
          const { body } = await server.client.get(`/api/sessions/${id}/messages`);
          const messages = body.messages as readonly {
            role: string;
            items: readonly { output?: string }[];
          }[];
          const answer = messages.find(({ role }) => role === 'assistant');
          output = answer?.items.map((item) => item.output ?? '').join('');
          return output !== undefined;
        });
        expect(output?.trim().split('\n')).toEqual(Array.from({ length: 40 }, (_none, n) => `line ${n + 1}`));
        expect({ ...(await status()), start: startOf(pid) }).toEqual(before);
      } finally {
        await server.client.delete(`/api/sessions/${id}`);
      }
    },
  );

  it(
    'by kill -9 again and again resets no counter, restarts no container, and leaves every session running',
    async () => {
      await using server = await ServerProcess.start({ provider: 'process' });
      const read = (...names: readonly string[]) => readFileSync(path.join(server.folder, ...names), 'utf8');
      await expectToCountOverKills(server, {
        readCounter: (id) => {
          const counter = path.join('workspaces', id, 'workspace', 'counter');
          return existsSync(path.join(server.folder, counter)) ? read(counter) : '';
        },
        findRun: (id) => {
          const { pid } = JSON.parse(read('containers', `${id}.json`)) as ContainerRecord;
          return `${pid} since ${startOf(pid)}`;
        },
      });
    },
    countingTimeoutMs,
  );
});
