import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Cursor, Entry } from '@codex-webapp/contracts';
import { MainLinkService } from '../../container-agent/src/main-link/main-link.service.ts';
import { Outbox } from '../../container-agent/src/main-link/outbox.ts';
import { readSessionConfig } from '../../container-agent/src/session.config.ts';
import { DiskRoom } from '../../container-agent/src/storage/disk-room.ts';
import { ConversationPage } from './support/conversation-page.ts';
import { createTestApp, type TestApp } from './support/create-test-app.ts';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const count = 10_000;

let folder: string;
let app: TestApp;
let env: Record<string, string>;
let link: MainLinkService | null = null;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'codex-webapp-'));
  env = { PORT: String(await findFreePort()), CONTAINER_PORT: String(await findFreePort()) };
  app = await createTestApp({ folder, env });
});
afterEach(async () => {
  await link?.close(0);
  await app[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function numbersOf(entries: readonly Entry[]): readonly number[] {
  return entries.flatMap(({ body }) =>
    body.type === 'turn.event' && body.event.type === 'message.delta' ? [Number(body.event.text)] : [],
  );
}

/** With the outbox and the link that containers have, and a server that is really gone. */
describe('main-server away while an agent writes 10,000 events', () => {
  it('gets all of them when it is back, in order and each once, and pages go on from their cursor', async () => {
    const user = await app.addUser();
    const session = await app.addSession(user);
    const { token } = await ScriptedContainer.create(app, session.id);
    const config = readSessionConfig({
      SESSION_ID: session.id,
      SESSION_TOKEN: token,
      MAIN_APP_URL: app.containerUrl,
    });
    const outbox = new Outbox({
      folder: path.join(folder, 'outbox'),
      room: new DiskRoom({ folder }),
      now: Date.now,
      maxBytes: config.outboxMaxBytes,
    });
    link = new MainLinkService(config, outbox);
    const delivered = new Promise<{ turnId: string; promptId: string }>((resolve) => {
      link?.onFrame((frame) => {
        if (frame.type === 'prompt.deliver') resolve(frame);
      });
    });
    link.start(() => Promise.resolve({ agents: [], runningTurnId: null }));
    await app.as(user).post(`/api/sessions/${session.id}/messages`, { text: 'count' });
    const { turnId, promptId } = await delivered;
    await outbox.append({ type: 'turn.started', turnId, promptId, agent: 'shell' });
    await outbox.whenAcked(outbox.lastSeq);
    const page = await ConversationPage.open(app, user, session.id);
    const { cursor } = await page.waitFor('snapshot');
    let seen: Cursor = cursor;
    await outbox.append({ type: 'message.delta', turnId, messageId: 'm', text: '0' });
    await page.entry(({ body }) => body.type === 'turn.event');
    const before = page.entries;
    seen = { ...cursor, position: before.at(-1)?.position ?? 0 };
    await outbox.whenAcked(outbox.lastSeq);

    await app[Symbol.asyncDispose]();
    await waitFor(() => link?.state === 'waiting');
    for (let index = 1; index < count; index += 1)
      await outbox.append({ type: 'message.delta', turnId, messageId: 'm', text: String(index) });
    await outbox.append({ type: 'turn.ended', turnId, promptId, outcome: 'completed' });
    expect(outbox.depth).toBe(count);

    app = await createTestApp({ folder, env });
    const back = await ConversationPage.open(app, user, session.id, seen);
    await Promise.race([
      outbox.whenAcked(outbox.lastSeq),
      new Promise((_, reject) =>
        setTimeout(() => reject(new Error(`${outbox.depth} are left`)), 30_000).unref(),
      ),
    ]);
    await back.entry(({ body }) => body.type === 'turn.event' && body.event.type === 'turn.ended');
    const shown = numbersOf([...before, ...back.entries]);
    expect(shown).toEqual(Array.from({ length: count }, (_, index) => index));
    const positions = back.entries.map(({ position }) => position);
    expect(positions).toEqual(positions.map((_, index) => seen.position + 1 + index));
    const [stored] = await app.query(
      `SELECT COUNT(*) AS count, COUNT(DISTINCT seq) AS seqs FROM entries WHERE session_id = ? AND turn_id = ?`,
      [session.id, turnId],
    );
    expect(stored).toEqual({ count: count + 2, seqs: count + 2 });
  });
});
