import { connect } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { Public } from '../src/common/access.decorator.ts';
import { createTestApp } from './support/create-test-app.ts';

@Public()
@Controller('api/test')
class BrokenController {
  @Get('broken')
  broken(): never {
    throw new Error('the secret is in /etc/passwd');
  }
}

@Module({ controllers: [BrokenController] })
class BrokenModule {}

describe('an error', () => {
  it('nobody foresaw says nothing about itself but the id of its request', async () => {
    await using app = await createTestApp({ imports: [BrokenModule] });
    const { status, body, headers } = await app.anonymous().get('/api/test/broken');
    expect(status).toBe(500);
    expect(body).toEqual({
      error: { code: 'internal', message: expect.any(String) },
      requestId: headers['x-request-id'],
    });
    expect(JSON.stringify(body)).not.toMatch(/passwd|stack|\.ts/);
  });

  it.each([
    ['GET', '/api/nothing'],
    ['GET', '/api'],
    ['PUT', '/api/auth/me'],
  ])('%s %s has our body', async (method, path) => {
    await using app = await createTestApp();
    const { status, body } = await app.anonymous().send(method.toLowerCase() as 'get', path);
    expect([status, body.error?.code]).toEqual([404, 'route.not_found']);
    expect(body.requestId).toEqual(expect.any(String));
  });

  it('keeps the id a caller gave, if it is harmless', async () => {
    await using app = await createTestApp();
    const ask = async (id: string) =>
      (await app.anonymous().with({ 'x-request-id': id }).get('/api/auth/me')).body.requestId;
    expect(await ask('my-request-1')).toBe('my-request-1');
    expect(await ask('x'.repeat(500))).not.toContain('xxx');
  });
});

describe('a body without an end', () => {
  it('is answered and not read on', async () => {
    await using app = await createTestApp();
    const port = Number(new URL(app.url).port);
    let answer = '';
    // Who goes on sending can lose the answer with the connection; TCP promises no more.
    for (let tries = 0; tries < 5 && answer === ''; tries += 1) {
      const poured = await pourInto(port, '/api/auth/login');
      expect(poured.taken).toBeLessThan(64 * 1024 * 1024);
      answer = poured.answer;
    }
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });
});

/** Sends chunks until the connection ends, or a gigabyte. */
function pourInto(port: number, path: string): Promise<{ taken: number; answer: string }> {
  return new Promise((resolve) => {
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const socket = connect(port, '127.0.0.1');
    let taken = 0;
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve({ taken, answer }));
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost:${port}\r\nsec-fetch-site: same-origin\r\n` +
        'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    const pour = (): void => {
      while (!socket.destroyed && taken < 1024 ** 3) {
        taken += 0x10000;
        if (!socket.write(chunk)) return void socket.once('drain', pour);
      }
      socket.end('0\r\n\r\n');
    };
    pour();
  });
}

describe('answers of the API', () => {
  it('are not stored, framed, sniffed or executed', async () => {
    await using app = await createTestApp();
    for (const path of ['/api/auth/setup', '/api/auth/me', '/health/ready']) {
      const { headers } = await app.anonymous().get(path);
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });
});

describe('the listener for containers', () => {
  it('knows their routes and nothing else', async () => {
    await using app = await createTestApp();
    const ask = async (path: string) => (await fetch(`${app.containerUrl}${path}`)).status;
    expect(await ask('/health/live')).toBe(200);
    expect(await ask('/api/container-webhooks/x/messages')).toBe(401);
    for (const path of [
      '/api/auth/setup',
      '/api/sessions',
      '/metrics',
      '/health/ready',
      '/',
      '/api/docs',
      '/api/container-webhooks/../auth/setup',
    ]) {
      expect([path, await ask(path)]).toEqual([path, 404]);
    }
    for (const target of [
      '//api/auth/setup',
      '/api/container-webhooks/%2e%2e/auth/setup',
      'http://localhost/api/auth/setup',
      '/health/live/../../api/auth/setup',
    ]) {
      expect([target, await rawStatus(app.server.containerPort, target)]).toEqual([
        target,
        expect.stringMatching(/^(400|401|404)$/),
      ]);
    }
  });
});

function rawStatus(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`),
    );
    let text = '';
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', reject);
    socket.on('end', () => resolve(text.split(' ')[1] ?? ''));
  });
}
