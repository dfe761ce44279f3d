import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blobLimits } from '@codex-webapp/contracts';
import { createTestApp, type TestApp, type TestUser } from './support/create-test-app.ts';
import { ScriptedContainer } from './support/scripted-container.ts';
import { waitFor } from './support/wait-for.ts';

const hashOf = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

interface Answer {
  readonly status: number;
  readonly body: { readonly error?: { readonly code: string; readonly message: string } };
}

/** Content that is too large for an event is stored once by its hash. */
describe('blobs', () => {
  let app: TestApp;
  let user: TestUser;

  beforeAll(async () => {
    app = await createTestApp({ env: { BLOBS_SESSION_MB: '9' } });
    user = await app.addUser();
  });
  afterAll(() => app[Symbol.asyncDispose]());

  async function container(): Promise<ScriptedContainer> {
    return ScriptedContainer.create(app, (await app.addSession(user)).id);
  }

  async function put(
    from: ScriptedContainer,
    bytes: Buffer | string,
    { sha256 = hashOf(bytes), sessionId = from.sessionId } = {},
  ): Promise<Answer> {
    const url = `${app.containerUrl}/api/container-webhooks/${sessionId}/blobs/${sha256}`;
    const response = await fetch(url, {
      method: 'PUT',
      headers: { authorization: `Bearer ${from.token}`, 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(Buffer.from(bytes)),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** Bytes without a length, so that nothing is known of them before they come. */
  function putChunked(from: ScriptedContainer, sha256: string, chunks: readonly Buffer[]): Promise<number> {
    return new Promise((resolve, reject) => {
      const url = `${app.containerUrl}/api/container-webhooks/${from.sessionId}/blobs/${sha256}`;
      const request = httpRequest(url, {
        method: 'PUT',
        headers: { authorization: `Bearer ${from.token}` },
      });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on('error', reject);
      for (const chunk of chunks) request.write(chunk);
      request.end();
    });
  }

  function get(who: TestUser, sessionId: string, sha256: string) {
    return app.as(who).get(`/api/sessions/${sessionId}/blobs/${sha256}`);
  }

  function folderOf(sessionId: string): string {
    return path.join(app.folder, 'blobs', sessionId);
  }

  it('are stored once by their hash, privately, and read by their owner as a file', async () => {
    const from = await container();
    const text = `${'long '.repeat(20_000)}漢😀`;
    expect(await put(from, text)).toEqual({
      status: 201,
      body: { sha256: hashOf(text), bytes: Buffer.byteLength(text) },
    });
    expect((await put(from, text)).status).toBe(200);
    const names = readdirSync(folderOf(from.sessionId));
    expect(names).toEqual([hashOf(text)]);
    expect(statSync(path.join(folderOf(from.sessionId), hashOf(text))).mode & 0o777).toBe(0o600);
    expect(statSync(folderOf(from.sessionId)).mode & 0o777).toBe(0o700);
    const read = await get(user, from.sessionId, hashOf(text));
    expect(read.status).toBe(200);
    expect(read.text).toBe(text);
    expect(read.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="[0-9a-f]{12}\.txt"$/),
      'content-security-policy': expect.stringContaining('sandbox'),
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    const [audit] = await app.query(
      `SELECT actor_kind, COUNT(*) AS count FROM audit_events WHERE session_id = ? AND action = 'blob.stored'`,
      [from.sessionId],
    );
    expect(audit).toEqual({ actor_kind: 'container', count: 1 });
  });

  it('are not found alike: absent, of another session, of another user, of a name that is none', async () => {
    const from = await container();
    await put(from, 'mine');
    const elsewhere = await container();
    const stranger = await app.addUser();
    const answers = [
      await get(user, from.sessionId, hashOf('absent')),
      await get(user, elsewhere.sessionId, hashOf('mine')),
      await get(user, from.sessionId, '..%2f..%2fchat.db'),
      await get(user, from.sessionId, hashOf('mine').toUpperCase()),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [404, 'blob.not_found']),
    );
    expect(await get(stranger, from.sessionId, hashOf('mine'))).toMatchObject({
      status: 404,
      body: { error: { code: 'session.not_found' } },
    });
  });

  it('are refused under a hash they do not have, and leave nothing behind', async () => {
    const from = await container();
    expect(await put(from, 'this', { sha256: hashOf('that') })).toMatchObject({
      status: 422,
      body: { error: { code: 'blob.hash_mismatch' } },
    });
    expect(await put(from, 'this', { sha256: 'x' })).toMatchObject({
      status: 400,
      body: { error: { code: 'request.invalid' } },
    });
    expect(readdirSync(folderOf(from.sessionId))).toEqual([]);
    expect((await put(from, 'this')).status).toBe(201);
  });

  it('are refused when they are too large, announced or not', async () => {
    const from = await container();
    const large = Buffer.alloc(blobLimits.maxBytes + 1);
    expect(await put(from, large)).toMatchObject({
      status: 413,
      body: { error: { code: 'blob.too_large' } },
    });
    const chunks = Array.from({ length: 9 }, () => Buffer.alloc(1024 * 1024));
    expect(await putChunked(from, hashOf(Buffer.concat(chunks)), chunks)).toBe(413);
    expect(readdirSync(folderOf(from.sessionId))).toEqual([]);
    const largest = Buffer.alloc(blobLimits.maxBytes, 1);
    expect((await put(from, largest)).status).toBe(201);
  });

  it('of one session have a limit, that says so and is not another session’s', async () => {
    const from = await container();
    const part = (fill: number): Buffer => Buffer.alloc(4 * 1024 * 1024, fill);
    expect([(await put(from, part(1))).status, (await put(from, part(2))).status]).toEqual([201, 201]);
    expect(await put(from, part(3))).toMatchObject({
      status: 507,
      body: { error: { code: 'blob.limit_reached', message: expect.stringContaining('9 MB') } },
    });
    expect((await put(from, part(1))).status).toBe(200);
    expect((await put(from, 'small')).status).toBe(201);
    expect((await put(await container(), part(3))).status).toBe(201);
  });

  it('of many small files are counted as what they take', async () => {
    const from = await container();
    await put(from, Buffer.alloc(8 * 1024 * 1024, 1));
    const statuses = [];
    for (let index = 0; index < 257; index += 1) statuses.push((await put(from, `${index}`)).status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(256);
    expect(statuses.at(-1)).toBe(507);
  });

  it('are taken from the session’s own container alone', async () => {
    const [from, other] = [await container(), await container()];
    expect((await put(from, 'x', { sessionId: other.sessionId })).status).toBe(404);
    const url = `/api/container-webhooks/${from.sessionId}/blobs/${hashOf('x')}`;
    expect((await app.as(user).put(url, {})).status).toBe(401);
  });

  it('go with their session', async () => {
    const from = await container();
    await put(from, 'gone');
    expect((await app.as(user).delete(`/api/sessions/${from.sessionId}`)).status).toBe(204);
    await waitFor(() => !existsSync(folderOf(from.sessionId)));
    expect((await put(from, 'late')).status).toBe(401);
  });

  it('that were half received when the server died are taken away', async () => {
    const from = await container();
    const { sessionId } = from;
    await put(from, 'whole');
    writeFileSync(path.join(folderOf(sessionId), 'x.part'), 'ha');
    const { BlobFolder } = await import('../src/modules/blobs/blob-folder.ts');
    const folder = new BlobFolder(folderOf(sessionId), 1024 * 1024);
    async function* content() {
      yield Buffer.from('more');
    }
    await folder.write(hashOf('more'), content());
    expect(readdirSync(folderOf(sessionId)).sort()).toEqual([hashOf('more'), hashOf('whole')].sort());
  });
});
