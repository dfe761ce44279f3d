import { expect } from '@jest/globals';
import type { ContainerStatusResponse, SessionResponse } from '@codex-webapp/contracts';
import type { ServerProcess } from './server-process.ts';
import { waitFor } from './wait-for.ts';

/** How a test looks from outside at what sessions run in. */
export interface OutsideView {
  /** What stands in `counter` of the workspace; nothing while there is none. */
  readCounter(sessionId: string): string | Promise<string>;
  /** Names the run of a session's container: a restart of it has another name. */
  findRun(sessionId: string): string | Promise<string>;
}

const isFull = process.env['TEST_FULL'] === '1';
const { sessions, rounds } = isFull ? { sessions: 10, rounds: 20 } : { sessions: 3, rounds: 2 };
/** Longer than the test of one session, which may build the image first. */
export const countingTimeoutMs = (isFull ? 30 : 18) * 60_000;
const startMs = 12 * 60_000;
const adoptedWithinMs = 10_000;
/** Every number is kept, so that one that was counted twice, or left out, shows. */
const command = 'n=0; while true; do n=$((n+1)); echo $n >> counter; sleep 0.2; done';

/** Sessions that count into a file in a turn without end, over a main-server that is killed again and again. */
export async function expectToCountOverKills(server: ServerProcess, view: OutsideView): Promise<void> {
  const ids: string[] = [];
  const ofAll = <T>(ask: (id: string) => T | Promise<T>): Promise<T[]> => Promise.all(ids.map(ask));
  const countsOf = async () => (await ofAll((id) => view.readCounter(id))).map(lastOf);
  try {
    while (ids.length < sessions)
      ids.push((await server.addSession({ agent: 'shell', permissionMode: 'full-auto' })).id);
    await waitFor(async () => (await ofAll((id) => isConnected(server, id))).every(Boolean), startMs);
    for (const id of ids) await server.client.post(`/api/sessions/${id}/messages`, { text: command });
    await waitFor(async () => (await countsOf()).every((count) => count > 0), 60_000);
    const runs = await ofAll((id) => view.findRun(id));
    const generations = await ofAll(async (id) => (await containerOf(server, id)).generation);
    let slowestMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      const before = await countsOf();
      server.signal('SIGKILL');
      expect(await server.ended()).toBe('SIGKILL');
      await server.start();
      const readyAt = performance.now();
      await waitFor(async () => {
        const areThere = await ofAll(
          async (id) => (await isConnected(server, id)) && (await isInTurn(server, id)),
        );
        return areThere.every(Boolean);
      });
      slowestMs = Math.max(slowestMs, performance.now() - readyAt);
      await waitFor(
        async () => (await countsOf()).every((count, index) => count > (before[index] ?? 0)),
        60_000,
      );
      expect(await ofAll((id) => view.findRun(id))).toEqual(runs);
      expect(await ofAll(async (id) => (await containerOf(server, id)).generation)).toEqual(generations);
    }
    process.stdout.write(
      `After ${rounds} times kill -9 with ${sessions} sessions: all adopted within ${Math.round(slowestMs)} ms of being ready\n`,
    );
    expect(slowestMs).toBeLessThan(adoptedWithinMs);
  } finally {
    for (const id of ids) await server.client.delete(`/api/sessions/${id}`);
  }
}

async function containerOf({ client }: ServerProcess, id: string): Promise<ContainerStatusResponse> {
  return (await client.get(`/api/sessions/${id}/container/status`)).body as ContainerStatusResponse;
}

/** @throws when it has failed, which no waiting mends */
async function isConnected(server: ServerProcess, id: string): Promise<boolean> {
  const container = await containerOf(server, id);
  if (container.status === 'error') throw new Error(container.reason ?? 'no reason');
  return container.status === 'running' && container.isConnected;
}

async function isInTurn({ client }: ServerProcess, id: string): Promise<boolean> {
  return ((await client.get(`/api/sessions/${id}`)).body as SessionResponse).status === 'running';
}

/** @throws unless it was counted from 1 on, each number once */
function lastOf(counter: string): number {
  const numbers = counter.trim().split(/\s+/).filter(Boolean).map(Number);
  expect(numbers).toEqual(numbers.map((_number, index) => index + 1));
  return numbers.length;
}
