import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeCodes } from '@codex-webapp/contracts';
import { SmallDisk } from '@codex-webapp/nest-kit/testing';
import { DataSource } from 'typeorm';
import { says } from './support/conversation.ts';
import { cookieOf, ServerProcess } from './support/server-process.ts';
import { waitFor } from './support/wait-for.ts';

const disk = SmallDisk.mount(40);

(disk ? describe : describe.skip)('a server whose disk is full', () => {
  let server: ServerProcess;
  let sessionId: string;
  let token: string;
  let makeRoom: () => void;
  const epoch = randomBytes(16).toString('hex');
  const stored: string[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start({ folder: disk!.folder });
    ({ id: sessionId } = await server.addSession());
    token = await server.containerToken(sessionId);
    await server.client.post(`/api/sessions/${sessionId}/messages`, { text: 'before' });
    makeRoom = disk!.fill();
  });

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    disk?.[Symbol.dispose]();
  });

  function post(text: string) {
    const key = text.slice(0, 36);
    return server
      .container(token)
      .with({ 'idempotency-key': key })
      .post(`/api/container-webhooks/${sessionId}/message`, { role: 'system', text });
  }

  async function texts(): Promise<readonly string[]> {
    const { status, body } = await server.client.get(`/api/sessions/${sessionId}/messages`);
    expect(status).toBe(200);
    return (body as { messages: readonly { text: string }[] }).messages.map(({ text }) => text.slice(0, 36));
  }

  async function prompts(): Promise<number> {
    const { body } = await server.client.get(`/api/sessions/${sessionId}/prompts`);
    return (body as { prompts: readonly unknown[] }).prompts.length;
  }

  it('answers 507 to what it cannot store, and has stored nothing of it', async () => {
    await waitFor(async () => {
      const key = randomUUID();
      const { status, body } = await post(`${key}${'x'.repeat(100_000)}`);
      if (status === 201) stored.push(key);
      else expect({ status, code: body.error.code }).toEqual({ status: 507, code: 'storage.full' });
      return status === 507;
    });
    const refused = await server.client.post(`/api/sessions/${sessionId}/messages`, { text: 'refused' });
    expect(refused).toMatchObject({ status: 507, body: { error: { code: 'storage.full' } } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await prompts()).toBe(1);
    expect(await texts()).toEqual(stored);
  });

  it('acknowledges no event it could not store', async () => {
    const link = await server.openLink(sessionId, token, { epoch, lastSeq: 0 });
    const events = [1, 2, 3].map((seq) => ({ seq, at: 0, event: says('t', `${seq}`) }));
    link.send({ type: 'events', epoch, events });
    expect(await link.closed()).toBe(closeCodes.restarting);
    expect(link.frames.filter(({ type }) => type === 'ack')).toEqual([]);
  });

  it('lets users go on reading, and log in', async () => {
    expect((await server.client.get('/api/sessions')).status).toBe(200);
    const page = await server.openPage(sessionId);
    await page.wait(({ type }) => type === 'snapshot');
    page.close();
    const login = await server.logIn();
    expect(login.status).toBe(200);
    const me = await server.anonymous.with({ cookie: cookieOf(login.headers) }).get('/api/auth/me');
    expect(me.status).toBe(200);
    const again = await server.client.post(`/api/sessions/${sessionId}/messages`, { text: 'still refused' });
    expect(again.status).toBe(507);
  });

  it('comes back after a kill, and its database is whole', async () => {
    server.signal('SIGKILL');
    await server.ended();
    const database = await new DataSource({ type: 'sqlite', database: server.databasePath }).initialize();
    expect(await database.query('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await database.destroy();
    await server.start();
    expect(await texts()).toEqual(stored);
  });

  it('takes everything by itself once there is room, and nothing twice', async () => {
    makeRoom();
    await waitFor(async () => {
      const { status } = await server.client.post(`/api/sessions/${sessionId}/messages`, {
        text: 'after',
        clientRequestId: 'after',
      });
      return status === 202;
    });
    expect(await prompts()).toBe(2);
    const link = await server.openLink(sessionId, token, { epoch, lastSeq: 3 });
    const events = [1, 2, 3].map((seq) => ({ seq, at: 0, event: says('t', `${seq}`) }));
    link.send({ type: 'events', epoch, events });
    await link.wait((frame) => frame.type === 'ack' && frame.seq === 3);
    link.close();
    expect(await texts()).toEqual(stored);
  });
});
