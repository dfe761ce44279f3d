import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PortListResponse } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { createTerminal, TerminalPage } from './support/terminal-page.ts';
import { waitFor } from './support/wait-for.ts';

let agent: AgentProcess;
/** Programs that nothing but a container's stop would end. */
const detached: number[] = [];

beforeAll(async () => {
  agent = await AgentProcess.start();
});
afterAll(async () => {
  for (const pid of detached) process.kill(pid, 'SIGKILL');
  await agent[Symbol.asyncDispose]();
});

async function listPorts(of = agent): Promise<PortListResponse['ports']> {
  const answer = await of.fetch('/api/ports');
  return ((await answer.json()) as PortListResponse).ports;
}

/** A program of this machine that is no session's. */
async function listenAsStranger(): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

const listen = (host: string): string =>
  `node -e "const s=require('net').createServer().listen(0,'${host}',()=>console.log('port-'+s.address().port+' pid-'+process.pid))"`;

describe('the ports of a session', () => {
  it('are those its programs listen on, by number, with their names', async () => {
    expect(await listPorts()).toEqual([]);
    const { id } = await createTerminal(agent);
    const page = await TerminalPage.open(agent, id);
    const found: number[] = [];
    for (const host of ['127.0.0.1', '0.0.0.0', '::1']) {
      page.output = '';
      page.enter(`(env -u CODEX_WEBAPP_TURN setsid ${listen(host)} &)`);
      await page.see(/port-\d+ pid-\d+/);
      const [, port, pid] = /port-(\d+) pid-(\d+)/.exec(page.output) ?? [];
      found.push(Number(port));
      detached.push(Number(pid));
    }
    const expected = found
      .sort((a, b) => a - b)
      .map((port) => ({ port, processName: expect.stringMatching(/node|MainThread/), canPreview: true }));
    expect(await listPorts()).toEqual(expected);
    await agent.fetch(`/api/terminals/${id}`, { method: 'DELETE' });
  });

  it('are not those of others on a shared machine, nor our own', async () => {
    await using stranger = await listenAsStranger();
    await using other = await AgentProcess.start();
    const { id } = await createTerminal(other);
    const page = await TerminalPage.open(other, id);
    page.enter(listen('127.0.0.1'));
    await page.see(/port-\d+/);
    const port = Number(/port-(\d+)/.exec(page.output)?.[1]);
    await waitFor(async () => (await listPorts(other)).some((one) => one.port === port));
    const own = (await listPorts()).map((one) => one.port);
    expect(own).not.toContain(port);
    expect(own).not.toContain(agent.listeningPort);
    expect(own).not.toContain(stranger.port);
  });

  it('are all there are in a container of its own, but our own', async () => {
    await using stranger = await listenAsStranger();
    await using contained = await AgentProcess.start({ CONTAINED: 'yes' });
    const ports = (await listPorts(contained)).map((one) => one.port);
    expect(ports).toContain(stranger.port);
    expect(ports).not.toContain(contained.listeningPort);
  });
});
