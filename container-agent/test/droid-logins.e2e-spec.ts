import { createCipheriv, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findAgentLogin } from '@codex-webapp/contracts';
import { describeWith } from './support/describe-with.ts';
import { DroidWorld, droidProgram } from './support/droid-world.ts';

const describeWithDroid = describeWith('droid', droidProgram !== null);

Logger.overrideLogger(false);

/** The real droid and what it says to Factory, which stands here for nobody: it answers nothing of use. */
describeWithDroid('droid, logged in by the files of a user', () => {
  let world: DroidWorld;
  let factory: Server;
  let seen: (string | undefined)[];

  beforeEach(async () => {
    world = await DroidWorld.start();
    seen = [];
    factory = createServer((request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      response.writeHead(404).end('{}');
    });
    factory.listen(0, '127.0.0.1');
    await once(factory, 'listening');
    const { port } = factory.address() as AddressInfo;
    await world.replaceDriver({}, { FACTORY_API_BASE_URL: `http://127.0.0.1:${port}` });
  });
  afterEach(async () => {
    await world[Symbol.asyncDispose]();
    factory.closeAllConnections();
    factory.close();
  });

  it('reads all of them, and shows Factory the token that is in them', async () => {
    const token = toToken('of-the-user');
    const contents = toLoginFiles({ access_token: token, refresh_token: 'refresh' });
    const places = findAgentLogin('droid')?.authFile?.paths ?? [];
    mkdirSync(path.join(world.homePath, '.factory'));
    places.forEach((place, index) => writeFileSync(path.join(world.homePath, place), contents[index] ?? ''));
    expect((await world.run(['say: Hello.'])).turn.said).toBe('Hello.');
    expect(seen).toContain(`Bearer ${token}`);
  });

  it('contacts nobody without a login', async () => {
    expect((await world.run(['say: Hello.'])).turn.said).toBe('Hello.');
    expect(seen).toEqual([]);
  });
});

/** As droid writes them, without a keyring: the login sealed, and its key. */
function toLoginFiles(login: object): readonly string[] {
  const [key, iv] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(login)), cipher.final()]);
  const file = [iv, cipher.getAuthTag(), sealed].map((part) => part.toString('base64')).join(':');
  return [file, key.toString('base64')];
}

/** As Factory's look, good for a day. */
function toToken(subject: string): string {
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const exp = Math.floor(Date.now() / 1_000) + 86_400;
  return [encode({ alg: 'RS256' }), encode({ sub: subject, exp }), 'signature'].join('.');
}
