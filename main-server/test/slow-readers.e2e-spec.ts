import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeCodes, type Entry, type MainFrame, type ServerFrame } from '@codex-webapp/contracts';
import { says } from './support/conversation.ts';
import { ServerProcess } from './support/server-process.ts';
import type { TestSocket } from './support/test-socket.ts';
import { waitFor } from './support/wait-for.ts';

const stalledCount = 54;
const burst = 20_000;
/** Small frames, since each one that waits costs more than its bytes. */
const perFrame = 1;
const growthMaxMegabytes = 50;
const text = 'x'.repeat(300);

let server: ServerProcess;
let sessionId: string;
let link: TestSocket<MainFrame>;
let seq = 0;
const epoch = randomBytes(16).toString('hex');

beforeAll(async () => {
  server = await ServerProcess.start({ env: { SESSION_SOCKETS_MAX: '100' } });
  ({ id: sessionId } = await server.addSession());
  link = await server.openLink(sessionId, await server.containerToken(sessionId), { epoch, lastSeq: 0 });
});
afterAll(() => server?.[Symbol.asyncDispose]());

function entriesOf(page: TestSocket<ServerFrame>): readonly Entry[] {
  return page.frames.flatMap((frame) => (frame.type === 'entries' ? frame.entries : []));
}

/** Events as fast as the server acknowledges them. Gives the most memory the server took meanwhile. */
async function sendBurst(): Promise<number> {
  let peak = 0;
  for (let sent = 0; sent < burst; sent += perFrame) {
    const events = Array.from({ length: perFrame }, () => ({
      seq: (seq += 1),
      at: 0,
      event: says('t', text),
    }));
    link.send({ type: 'events', epoch, events });
    link.frames.length = 0;
    if (seq % 500 === 0) await link.wait((frame) => frame.type === 'ack' && frame.seq >= seq, 20_000);
    peak = Math.max(peak, server.residentMegabytes());
  }
  return peak;
}

async function openShown(): Promise<TestSocket<ServerFrame>> {
  const page = await server.openPage(sessionId);
  await page.wait(({ type }) => type === 'snapshot');
  return page;
}

describe(`${stalledCount} readers that stall while ${burst} events come`, () => {
  it('cost the server less than 50 MB, are closed, come back by cursor, and hold up nobody', async () => {
    const healthy = await openShown();
    // What a burst costs without them: the heap grows to its working size.
    const before = Math.max(await sendBurst(), await sendBurst(), await sendBurst());
    const stalled = await Promise.all(Array.from({ length: stalledCount }, openShown));
    for (const { ws } of stalled) ws.pause();
    const growth = (await sendBurst()) - before;
    process.stdout.write(
      `Stalled readers: ${stalledCount}, memory of the server: +${growth.toFixed(1)} MB\n`,
    );
    expect(growth).toBeLessThan(growthMaxMegabytes);
    await waitFor(() => entriesOf(healthy).length === seq, 20_000);
    const positions = entriesOf(healthy).map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => (positions[0] ?? 0) + index));
    for (const { ws } of stalled) ws.resume();
    // Cut at different times of the burst: those whose two seconds are over find no connection that could say why
    // (paced-socket.spec.ts).
    for (const one of stalled) expect([closeCodes.tooSlow, 1006]).toContain(await one.closed(20_000));
    const ends: number[] = [];
    for (const one of stalled) {
      const begun = await one.wait((frame) => frame.type === 'snapshot');
      if (begun.type !== 'snapshot') throw new Error('unreachable');
      // What it was given before it was cut has no hole, and it goes on behind that.
      const given = entriesOf(one).map(({ position }) => position);
      expect(given).toEqual(given.map((_, index) => begun.cursor.position + 1 + index));
      const position = begun.cursor.position + given.length;
      const back = await server.openPage(sessionId, { epoch: begun.cursor.epoch, position });
      const answer = await back.wait(({ type }) => type === 'snapshot' || type === 'entries');
      expect(back.frames.map(({ type }) => type)).not.toContain('reset');
      ends.push(answer.type === 'snapshot' ? answer.cursor.position : -1);
      back.close();
    }
    expect(ends).toEqual(stalled.map(() => positions.at(-1)));
    // Four bursts: a slow machine takes half a minute for each.
  }, 300_000);
});
