import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

const isFull = process.env['TEST_FULL'] === '1';
jest.setTimeout(isFull ? 20 * 60_000 : 240_000);

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

  it('by kill -9 again and again resets no counter, restarts no container, and leaves every session running', async () => {
    const { sessions, rounds } = isFull ? { sessions: 10, rounds: 20 } : { sessions: 3, rounds: 2 };
    await using server = await ServerProcess.start({ provider: 'process' });
    const ids: string[] = [];
    for (let index = 0; index < sessions; index += 1) {
      ids.push((await server.addSession({ agent: 'shell', permissionMode: 'full-auto' })).id);
    }
    const statusOf = async (id: string): Promise<string> =>
      (await server.client.get(`/api/sessions/${id}/container/status`)).body.status;
    const areRunning = async () =>
      (await Promise.all(ids.map(statusOf))).every((status) => status === 'running');
    const counterOf = (id: string): number => {
      try {
        return Number(
          readFileSync(path.join(server.folder, 'workspaces', id, 'workspace', 'counter'), 'utf8'),
        );
      } catch {
        return 0;
      }
    };
    const processOf = (id: string): string => {
      const file = path.join(server.folder, 'containers', `${id}.json`);
      const { pid } = JSON.parse(readFileSync(file, 'utf8')) as ContainerRecord;
      return `${pid} since ${startOf(pid)}`;
    };
    try {
      await waitFor(areRunning, 120_000);
      const command =
        'n=0; while true; do n=$((n+1)); echo $n > counter.new; mv counter.new counter; sleep 0.2; done';
      for (const id of ids) await server.client.post(`/api/sessions/${id}/messages`, { text: command });
      await waitFor(() => ids.every((id) => counterOf(id) > 0), 60_000);
      const processes = ids.map(processOf);
      let slowestMs = 0;
      for (let round = 0; round < rounds; round += 1) {
        const before = ids.map(counterOf);
        server.signal('SIGKILL');
        expect(await server.ended()).toBe('SIGKILL');
        await server.start();
        const startedAt = performance.now();
        await waitFor(async () => {
          const turns = await Promise.all(ids.map((id) => server.client.get(`/api/sessions/${id}`)));
          return (await areRunning()) && turns.every(({ body }) => body.status === 'running');
        });
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        await waitFor(() => ids.every((id, index) => counterOf(id) > (before[index] ?? 0)), 60_000);
        expect(ids.map(processOf)).toEqual(processes);
      }
      expect(slowestMs).toBeLessThan(10_000);
      process.stdout.write(
        `After ${rounds} times kill -9 with ${sessions} sessions: all adopted within ${Math.round(slowestMs)} ms of being ready\n`,
      );
    } finally {
      for (const id of ids) await server.client.delete(`/api/sessions/${id}`);
    }
  });
});
