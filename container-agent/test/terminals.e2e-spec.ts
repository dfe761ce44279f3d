import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { terminalLimits, type TerminalListResponse } from '@codex-webapp/contracts';
import { AgentProcess } from './support/agent-process.ts';
import { listMarked } from './support/list-marked.ts';
import { connectTerminal, createTerminal, refusalOf, TerminalPage } from './support/terminal-page.ts';
import { waitFor } from './support/wait-for.ts';

const json = { 'content-type': 'application/json' };
let agent: AgentProcess;

beforeAll(async () => {
  agent = await AgentProcess.start();
});
afterAll(() => agent[Symbol.asyncDispose]());
afterEach(async () => {
  for (const { id } of await list()) await remove(id);
});

async function list(): Promise<TerminalListResponse['terminals']> {
  const answer = await agent.fetch('/api/terminals');
  return ((await answer.json()) as TerminalListResponse).terminals;
}

async function remove(id: string): Promise<number> {
  return (await agent.fetch(`/api/terminals/${id}`, { method: 'DELETE' })).status;
}

async function openTerminal(size?: { cols: number; rows: number }): Promise<TerminalPage & { id: string }> {
  const { id } = await createTerminal(agent, size);
  return Object.assign(await TerminalPage.open(agent, id), { id });
}

describe('a terminal', () => {
  it('runs a shell in the workspace, with the HOME of the agents and without our secrets', async () => {
    const page = await openTerminal();
    page.enter('echo "in $PWD of $HOME"; env | grep -c -e SESSION_TOKEN -e MAIN_APP; tty');
    await page.see(`in ${agent.workspace} of ${agent.home}`);
    await page.see(/^0\r/m);
    await page.see(/\/dev\/pts\/\d/);
  });

  it('has the variables that are set for the session, and opens all the same where nobody says which', async () => {
    /** The first one that was opened with what is said now. */
    async function openAnew(): Promise<TerminalPage> {
      agent.main.send({ type: 'agent_settings.changed' });
      let id = '';
      await waitFor(async () => {
        const before = agent.main.settingsAsks;
        ({ id } = await createTerminal(agent));
        if (agent.main.settingsAsks > before) return true;
        await remove(id);
        return false;
      });
      return TerminalPage.open(agent, id);
    }
    const environment = [{ name: 'BUILD_TARGET', value: 'moon' }];
    agent.main.settings = { status: 200, body: { environment, mcpServers: [], problems: [] } };
    const page = await openAnew();
    page.enter('echo "to ${BUILD_TARGET-nowhere}-$((1+1))"');
    await page.see('to moon-2');
    agent.main.settings = { status: 500, body: {} };
    const other = await openAnew();
    other.enter('echo "to ${BUILD_TARGET-nowhere}-$((1+1))"');
    await other.see('to nowhere-2');
    agent.main.settings = null;
  });

  it('shows several at once, each for itself', async () => {
    const [a, b] = [await openTerminal(), await openTerminal()];
    a.enter('name=first; echo $name-$((1+1))');
    b.enter('echo "[$name]"-$((2+2))');
    await a.see('first-2');
    await b.see('[]-4');
    expect((await list()).map(({ id }) => id)).toEqual([a.id, b.id]);
  });

  it('has the size of the page that was used last, and tells the others', async () => {
    const page = await openTerminal({ cols: 100, rows: 30 });
    const other = await TerminalPage.open(agent, page.id);
    page.enter('stty size');
    await page.see('30 100');
    other.send({ type: 'terminal.resize', cols: 41, rows: 12 });
    await waitFor(() => page.frames.some(({ type }) => type === 'terminal.resized'));
    page.enter('stty size');
    await page.see('12 41');
    expect(page.frames.at(-1)).toEqual({ type: 'terminal.resized', cols: 41, rows: 12 });
  });

  it('passes every byte, wherever it is cut', async () => {
    const text = '€ünïcödé🦀'.repeat(20_000);
    writeFileSync(path.join(agent.workspace, 'text'), text);
    const page = await openTerminal();
    page.enter('stty -onlcr; clear; cat text; echo; echo done-$((1+1))');
    await page.see('done-2');
    expect(page.output).toContain(text);
    expect(page.output).not.toContain('\ufffd');
  });

  it('takes what is typed in any script', async () => {
    const page = await openTerminal();
    page.enter('echo ready-$((1+1)); read -r line; echo "got <$line>"');
    await page.see('ready-2');
    page.enter('žluťoučký 🦀');
    await page.see('got <žluťoučký 🦀>');
  });

  it('says how the shell ended, and is gone', async () => {
    const page = await openTerminal();
    page.enter('exit 7');
    await waitFor(() => page.closeCode !== null);
    expect(page.frames.at(-1)).toEqual({ type: 'terminal.exited', exitCode: 7 });
    expect(page.closeCode).toBe(1000);
    expect(await list()).toEqual([]);
    expect(await refusalOf(connectTerminal(agent, page.id))).toBe(404);
  });

  it('goes on when a frame is broken, and says what was wrong with it', async () => {
    const page = await openTerminal();
    for (const bad of ['{', '[]', '{"type":"terminal.resize","cols":0,"rows":1}', Buffer.from('x')]) {
      page.sendRaw(bad);
    }
    await waitFor(() => page.frames.filter(({ type }) => type === 'error').length === 4);
    page.enter('echo $((40+2))');
    await page.see('42');
  });
});

describe('the screen of a terminal', () => {
  it('is back when a page comes again, with what was above it, its colours and its modes', async () => {
    const page = await openTerminal();
    page.enter(
      `for i in $(seq 1 100); do echo "line $i"; done; printf '\\e[31mred\\e[0m\\e[?2004h%s\\n' -$((1+1))`,
    );
    await page.see('red');
    await page.see('-2');
    await page.close();
    const again = await TerminalPage.open(agent, page.id);
    await again.see('line 1\r\n');
    await again.see('line 100');
    expect(again.output).toContain('\u001b[31mred');
    expect(again.output).toContain('\u001b[?2004h');
    again.enter('echo $((40+2))');
    await again.see('42');
  });

  it('is that of the program that fills it', async () => {
    const page = await openTerminal();
    page.enter(`printf 'before\\n\\e[?1049h\\e[2J\\e[3;5Hinside'; read -r`);
    await page.see('inside');
    await page.close();
    const again = await TerminalPage.open(agent, page.id);
    await again.see('\u001b[?1049h');
    await again.see('inside');
  });

  it('has every byte once, whenever a page comes into a flood', async () => {
    const page = await openTerminal();
    page.enter('for i in $(seq 1 30000); do echo "$i."; done; echo end-$((1+1))');
    await page.see('300.');
    const late = await TerminalPage.open(agent, page.id);
    await late.see('end-2');
    // A page that comes between the two ends of a line is told where the cursor is instead of the first of them.
    const text = stripVTControlCharacters(late.output);
    const numbers = [...text.matchAll(/(\d+)\./g)].map(([, number]) => Number(number));
    expect(numbers.at(-1)).toBe(30_000);
    const gaps = numbers.filter((number, i) => i > 0 && number !== (numbers[i - 1] ?? 0) + 1);
    expect(gaps).toEqual([]);
  });
});

describe('a flood', () => {
  const flood = 'head -c 10000000 /dev/zero | tr "\\0" x | fold -w 79; touch flooded; echo end-$((1+1))';

  it('arrives whole, in bounded memory', async () => {
    const before = residentBytes();
    const page = await openTerminal();
    page.enter(flood);
    await page.see('end-2', 60_000);
    expect(page.output.match(/x/g)?.length).toBeGreaterThanOrEqual(10_000_000);
    expect(residentBytes() - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('waits for a page that hardly reads, and goes on when it does', async () => {
    const page = await openTerminal();
    page.isAcking = false;
    let drawn = page.bytes;
    // One that reads nothing at all would be cut, on a slow machine before the other has read its flood.
    const dripping = setInterval(() => page.send({ type: 'terminal.ack', bytes: ++drawn }), 1_000).unref();
    page.enter(`rm -f flooded; ${flood}`);
    await waitFor(() => page.bytes > terminalLimits.unreadMaxBytes, 20_000);
    // As long as the same flood takes where somebody reads.
    const reader = await openTerminal();
    reader.enter(flood.replace('touch flooded; ', ''));
    await reader.see('end-2', 60_000);
    expect(existsSync(path.join(agent.workspace, 'flooded'))).toBe(false);
    expect(page.bytes).toBeLessThan(3 * terminalLimits.unreadMaxBytes);
    clearInterval(dripping);
    page.isAcking = true;
    page.send({ type: 'terminal.ack', bytes: page.bytes });
    await page.see('end-2', 60_000);
    expect(existsSync(path.join(agent.workspace, 'flooded'))).toBe(true);
  });

  it('is stopped by ^C in the middle', async () => {
    const page = await openTerminal();
    page.enter('yes');
    await waitFor(() => page.bytes > 500_000, 20_000);
    page.send({ type: 'terminal.input', data: '\u0003' });
    page.enter('echo alive-$((1+1))');
    await page.see('alive-2', 30_000);
  });

  function residentBytes(): number {
    const status = readFileSync(`/proc/${agent.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }
});

describe('what a program asks its terminal', () => {
  async function answersTo(asked: string): Promise<string> {
    const page = await openTerminal();
    page.enter(
      `stty -echo; printf '${asked}'; read -r -t 1 -d '~' -n 400 x; printf 'got<%q>%s\\n' "$x" end-$((1+1))`,
    );
    await page.see('end-2');
    return /.*got<(.*)>end-2/s.exec(page.output)?.[1] ?? '';
  }

  it('is answered where the answer is a few digits', async () => {
    const answer = await answersTo('\\e[6n\\e[c\\e[5n');
    expect(answer).toMatch(/^\$'\\E\[\d+;\d+R\\E\[\?1;2c\\E\[0n'$/);
  });

  it('is not answered where a file that is shown could type with it', async () => {
    const answer = await answersTo(
      '\\eP$qm\\e\\\\\\e]11;?\\a\\e]10;?\\a\\e]4;1;?\\a\\e[>q\\e[14t\\e[18t\\e[21t\\e[?6n\\e]52;c;?\\a\\eP+q544e\\e\\\\\\e[?2026$p\\005',
    );
    expect(answer).toBe("''");
  });
});

describe('the end of a terminal', () => {
  it('ends all it started', async () => {
    const page = await openTerminal();
    page.enter('sleep 301 & setsid sleep 302 & (nohup sleep 303 &) ; echo started-$((1+1))');
    await page.see('started-2');
    // The shell goes on while `setsid` and `nohup` are still on their way to becoming a sleep.
    await waitFor(() => listMarked(`terminal-${page.id}`).length >= 4);
    expect(await remove(page.id)).toBe(204);
    expect(listMarked(`terminal-${page.id}`)).toEqual([]);
    await waitFor(() => page.closeCode !== null);
    expect(await remove(page.id)).toBe(404);
  });

  it('comes with the container, also for what an ended shell left behind', async () => {
    await using own = await AgentProcess.start();
    const [a, b] = [await createTerminal(own), await createTerminal(own)];
    const page = await TerminalPage.open(own, a.id);
    page.enter('(setsid nohup sleep 304 &) ; sleep 1; exit');
    await waitFor(() => page.closeCode !== null, 10_000);
    await waitFor(() => listMarked(`terminal-${a.id}`).length === 1);
    expect(listMarked(`terminal-${b.id}`).length).toBe(1);
    await own.kill('SIGTERM');
    expect([a, b].flatMap(({ id }) => listMarked(`terminal-${id}`))).toEqual([]);
  });
});

describe('limits', () => {
  it('has as many terminals as a session may, and room again when one is closed', async () => {
    const ids: string[] = [];
    for (let i = 0; i < terminalLimits.terminalsMax; i++) ids.push((await createTerminal(agent)).id);
    const create = { method: 'POST', headers: json, body: JSON.stringify({ cols: 80, rows: 24 }) };
    const refused = await agent.fetch('/api/terminals', create);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: { code: 'terminal.limit_reached' } });
    await remove(ids[0] ?? '');
    expect((await agent.fetch('/api/terminals', create)).status).toBe(201);
  });

  it('shows one terminal to so many pages', async () => {
    const { id } = await createTerminal(agent);
    for (let i = 0; i < terminalLimits.viewersMax; i++) await TerminalPage.open(agent, id);
    expect(await refusalOf(connectTerminal(agent, id))).toBe(429);
  });

  it.each([
    { cols: 0, rows: 24 },
    { cols: 80, rows: 100_000 },
    { cols: '80', rows: 24 },
    { cols: 80 },
    { cols: 80, rows: 24, command: 'id' },
  ])('refuses %j', async (size) => {
    const answer = await agent.fetch('/api/terminals', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(size),
    });
    expect(answer.status).toBe(400);
  });
});

describe('who may open a terminal', () => {
  it('is nobody without the proof of the front door, before the 101', async () => {
    const { id } = await createTerminal(agent);
    const target = `/api/terminals/${id}/socket`;
    const intruders = [
      {},
      { 'x-front-door': 'v1;1;x' },
      { authorization: `Bearer ${agent.main.token}` },
      agent.proveFor('GET', '/api/terminals'),
      agent.proveFor('POST', target),
      {
        cookie: `codex-webapp-local-${agent.main.sessionId}=x`,
        origin: `http://localhost:${agent.listeningPort}`,
      },
    ];
    for (const headers of intruders) {
      expect([headers, await refusalOf(connectTerminal(agent, id, headers as never))]).toEqual([
        headers,
        401,
      ]);
    }
  });

  it('is, by hand, the page that was opened by the printed link, and no other page of the browser', async () => {
    await using own = await AgentProcess.start({ LOCAL_PAGE: 'on' });
    const { id } = await createTerminal(own);
    const entered = await own.fetchPlain(own.newestLink(), { redirect: 'manual' });
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const host = `localhost:${own.listeningPort}`;
    const good = { cookie, host, origin: `http://${host}` };
    for (const headers of [
      { ...good, origin: 'http://localhost:1' },
      { cookie, host },
      { ...good, cookie: `${cookie}x` },
      { ...good, 'sec-fetch-site': 'cross-site' },
    ]) {
      expect([headers, await refusalOf(connectTerminal(own, id, headers as never))]).toEqual([headers, 401]);
    }
    const socket = connectTerminal(own, id, good);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.terminate();
  });
});
