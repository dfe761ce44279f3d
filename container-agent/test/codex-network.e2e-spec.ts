import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findFreePort } from '../../tools/processes/free-port.mjs';
import { codexProgram, CodexWorld } from './support/codex-world.ts';
import { describeWith } from './support/describe-with.ts';
import { waitFor } from './support/wait-for.ts';

const describeWithCodex = describeWith('codex', codexProgram !== null);

Logger.overrideLogger(false);

/** The real codex, whose model is not there: it would wait for ever. */
describeWithCodex('codex without a network', () => {
  let world: CodexWorld;
  beforeEach(async () => {
    world = await CodexWorld.start();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  /** An interrupt ends the turn, and the next one works where the network does. */
  async function interruptAndGoOn(begun: ReturnType<CodexWorld['begin']>): Promise<void> {
    const startedAt = performance.now();
    begun.turn.interrupt();
    expect(await begun.result).toEqual({ outcome: 'interrupted' });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await world.replaceDriver();
    expect((await world.run(['say: Here I am.'])).turn.said).toBe('Here I am.');
  }

  it('says that it keeps trying a server that refuses connections, until it is interrupted', async () => {
    await world.replaceDriver({ OPENAI_BASE_URL: `http://127.0.0.1:${await findFreePort()}/v1` });
    const begun = world.begin(['say: never']);
    await waitFor(() => begun.turn.notices.some((text) => text.includes('keeps trying')), 60_000);
    await interruptAndGoOn(begun);
  }, 90_000);

  it('is interrupted while a server does not answer', async () => {
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => void sockets.add(socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await world.replaceDriver({ OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` });
      const begun = world.begin(['say: never']);
      await waitFor(() => sockets.size > 0, 60_000);
      await interruptAndGoOn(begun);
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  }, 90_000);
});
