import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { linkLimits, type Entry, type MainFrame, type ServerFrame } from '@codex-webapp/contracts';
import { says } from './support/conversation.ts';
import { ServerProcess } from './support/server-process.ts';
import type { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

const growthMaxMegabytes = 50;
const steps = 100;
const perFrame = 200;
/** What the flood always has on its way: far more than its window. */
const aheadBytes = 8 * 1024 * 1024;
const text = 'x'.repeat(500);

interface Session {
  readonly id: string;
  readonly epoch: string;
  readonly link: TestSocket<MainFrame>;
  readonly page: TestSocket<ServerFrame>;
  seq: number;
}

let server: ServerProcess;

beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(() => server?.[Symbol.asyncDispose]());

async function openSession(): Promise<Session> {
  const { id } = await server.addSession();
  const epoch = randomBytes(16).toString('hex');
  const link = await server.openLink(id, await server.containerToken(id), { epoch, lastSeq: 0 });
  const page = await server.openPage(id);
  await page.wait(({ type }) => type === 'snapshot');
  return { id, epoch, link, page, seq: 0 };
}

function send(session: Session, count: number, said: string): void {
  const events = Array.from({ length: count }, () => ({
    seq: (session.seq += 1),
    at: 0,
    event: says('t', said),
  }));
  session.link.send({ type: 'events', epoch: session.epoch, events });
}

function entriesOf({ page }: Session): readonly Entry[] {
  return page.frames.flatMap((frame) => (frame.type === 'entries' ? frame.entries : []));
}

function storedOf({ link }: Session): number {
  return Math.max(0, ...link.frames.map((frame) => (frame.type === 'ack' ? frame.seq : 0)));
}

/** One event after the other, each waited for. Gives how long each took to be shown, in milliseconds, sorted. */
async function walk(session: Session): Promise<readonly number[]> {
  const times: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    const shown = entriesOf(session).length;
    const startedAt = performance.now();
    send(session, 1, `${step}`);
    while (entriesOf(session).length === shown) await new Promise((resolve) => setImmediate(resolve));
    times.push(performance.now() - startedAt);
    await session.link.wait((frame) => frame.type === 'ack' && frame.seq === session.seq);
  }
  return times.sort((a, b) => a - b);
}

it('is slowed and not closed, costs the server less than 50 MB, and keeps no other session waiting', async () => {
  const bystander = await openSession();
  const flooding = await openSession();
  flooding.page.ws.removeAllListeners('message');
  // The heap grows to its working size.
  for (let sent = 0; sent < 100; sent += 1) send(flooding, perFrame, text);
  await flooding.link.wait((frame) => frame.type === 'ack' && frame.seq === flooding.seq, 30_000);
  const quiet = await walk(bystander);
  const before = server.residentMegabytes();
  let peak = before;
  const flood = setInterval(() => {
    while (flooding.link.ws.bufferedAmount < aheadBytes) send(flooding, perFrame, text);
    peak = Math.max(peak, server.residentMegabytes());
  }, 5);
  const storedBefore = storedOf(flooding);
  const flooded = await walk(bystander);
  clearInterval(flood);
  const stored = storedOf(flooding) - storedBefore;
  const p95 = (times: readonly number[]): string => (times[Math.floor(times.length * 0.95)] ?? 0).toFixed(1);
  process.stdout.write(
    `Flooding container: ${stored} events stored meanwhile; an event of another session p95 ${p95(quiet)} ms without, ` +
      `${p95(flooded)} ms beside it; memory of the server +${(peak - before).toFixed(1)} MB\n`,
  );
  expect(stored).toBeGreaterThan(linkLimits.windowMax);
  expect(flooding.seq - storedOf(flooding)).toBeGreaterThan(linkLimits.windowMax);
  expect(peak - before).toBeLessThan(growthMaxMegabytes);
  expect(flooding.link.closeCode).toBeNull();
  const said = entriesOf(bystander).map(({ body }) =>
    body.type === 'turn.event' && 'text' in body.event ? Number(body.event.text) : null,
  );
  const numbers = Array.from({ length: steps }, (_, step) => step);
  expect(said).toEqual([...numbers, ...numbers]);
  // All of it is taken in the end.
  await waitFor(() => storedOf(flooding) === flooding.seq, 60_000);
});
