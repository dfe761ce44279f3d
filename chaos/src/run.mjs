import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check } from './checker.mjs';
import { Client } from './client.mjs';
import { readDatabase } from './database.mjs';
import { Ledger } from './ledger.mjs';
import { LossyProxy } from './lossy-proxy.mjs';
import { loadShippedClient, repository } from './product-tree.mjs';
import { Random } from './random.mjs';
import { freePort, processesOfSessions, Server } from './server.mjs';
import { sleep, waitFor } from './wait.mjs';
import { Workload } from './workload.mjs';

const clientsPerSession = 3;

/**
 * One run: the product under faults for `seconds`, then quiet, then the check. Gives counts and violations; the folder of
 * a run without any is removed.
 */
export async function run(options) {
  const {
    seconds,
    seed,
    sessions: sessionCount,
    root = repository,
    quietDeadlineMs = 120_000,
    serverShare = 0.2,
  } = options;
  const random = new Random(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'codex-webapp-chaos-'));
  const counts = emptyCounts();
  const stage = await setTheStage({ root, folder, random, counts, sessionCount, seed });
  const { server, proxies, workloads, clients, sessions } = stage;
  let violations = [];
  // Container-agents would go on without us.
  const onSignal = () => void cleanUp(stage).finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  try {
    for (const workload of workloads) workload.start();
    await killFor(seconds, { server, sessions, counts, random: random.fork('kills'), serverShare });
    for (const proxy of proxies) proxy.becomeCalm();
    await Promise.all(workloads.map((workload) => workload.finish()));
    violations = await becomeQuiet({ server, sessions, workloads, deadlineMs: quietDeadlineMs });
    violations.push(...(await compare({ ...stage, folder, counts })));
  } finally {
    for (const workload of workloads) workload.isEnded = true;
    for (const client of clients) client.go();
    await cleanUp(stage);
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, onSignal);
    writeFileSync(path.join(folder, 'server.log'), server.output);
  }
  if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
  else writeFileSync(path.join(folder, 'violations.json'), JSON.stringify(violations, null, 2));
  return { counts, violations, folder };
}

function emptyCounts() {
  return {
    serverKills: 0,
    agentKills: 0,
    cuts: 0,
    droppedAnswers: 0,
    duplicates: 0,
    refused: 0,
    hung: 0,
    connects: 0,
    returns: 0,
    snapshots: 0,
    resets: 0,
    interrupts: 0,
    startsByHand: 0,
    events: 0,
    prompts: 0,
    completed: 0,
    interrupted: 0,
    failed: 0,
    answered: 0,
    checks: 0,
  };
}

async function setTheStage({ root, folder, random, counts, sessionCount, seed }) {
  const ledgerFolder = path.join(folder, 'ledger');
  mkdirSync(ledgerFolder);
  const shipped = await loadShippedClient(root);
  const [port, containerPort] = [await freePort(), await freePort()];
  const forContainers = await LossyProxy.start({
    targetPort: containerPort,
    random: random.fork('containers'),
    counts,
  });
  const forClients = await LossyProxy.start({ targetPort: port, random: random.fork('clients'), counts });
  const address = `127.0.0.1:${forContainers.port}`;
  const environment = { MAIN_APP_URL: `http://${address}`, MAIN_APP_WS_URL: `ws://${address}` };
  const server = new Server({ root, folder, port, containerPort, environment });
  server.launch();
  await server.whenReady();
  await server.setUp();
  const sessions = [];
  for (let number = 0; number < sessionCount; number += 1) {
    const permissionMode = number % 2 === 0 ? 'full-auto' : 'ask-first';
    sessions.push(
      await server.api('POST', '/api/sessions', { title: `Chaos ${number}`, agent: 'shell', permissionMode }),
    );
  }
  const workloads = sessions.map((session, index) => {
    const chance = random.fork(`session ${index}`);
    const clients = Array.from({ length: clientsPerSession }, (_, number) => {
      const name = `page ${number} of session ${index}`;
      return new Client({
        shipped,
        server,
        proxyPort: forClients.port,
        sessionId: session.id,
        random: chance.fork(name),
        counts,
        name,
      });
    });
    for (const client of clients) client.come();
    const startContainer = () => server.api('POST', `/api/sessions/${session.id}/container/start`);
    return new Workload({ session, clients, random: chance, counts, ledgerFolder, seed, startContainer });
  });
  const clients = workloads.flatMap((workload) => workload.clients);
  return { server, proxies: [forContainers, forClients], sessions, workloads, clients, ledgerFolder };
}

async function killFor(seconds, { server, sessions, counts, random, serverShare }) {
  const until = performance.now() + seconds * 1_000;
  let starting = Promise.resolve();
  while (performance.now() < until) {
    await sleep(random.between(200, 2_000));
    if (random.chance(serverShare)) {
      // Now and then it is killed while it starts; else it has served for a while, however slow the machine is.
      if (random.chance(0.85)) {
        await starting;
        await sleep(random.between(500, 3_500));
      }
      await server.kill();
      counts.serverKills += 1;
      server.launch();
      starting = server.whenReady().catch(() => undefined); // Killed again before it was ready.
      continue;
    }
    const pids = sessions.map(({ id }) => server.findContainerAgent(id)).filter((pid) => pid !== null);
    if (pids.length === 0) continue;
    if (kill(random.pick(pids))) counts.agentKills += 1;
  }
  await starting;
  await server.whenReady();
}

/** Waits until nothing is left to do; what still is, is a violation. */
async function becomeQuiet({ server, sessions, workloads, deadlineMs }) {
  for (const { clients } of workloads) clients[0].send({ type: 'queue.resume', frameId: 'last' });
  const stuck = new Map();
  try {
    await waitFor(
      'quiet',
      async () => {
        stuck.clear();
        for (const { id } of sessions) {
          const { prompts, isPaused } = await server.api('GET', `/api/sessions/${id}/prompts`);
          if (prompts.length > 0) {
            if (isPaused)
              for (const { session, clients } of workloads)
                if (session.id === id) clients[0].send({ type: 'queue.resume', frameId: 'last' });
            stuck.set(
              id,
              prompts.map(({ id: promptId, status }) => ({ promptId, status, isPaused })),
            );
          }
        }
        const openClients = workloads
          .flatMap(({ clients }) => clients)
          .filter(({ state, isOpen }) => !isOpen || state.openTurns.length > 0 || state.prompts.length > 0);
        for (const { name, isOpen } of openClients) stuck.set(name, { isOpen });
        return stuck.size === 0;
      },
      { timeoutMs: deadlineMs, everyMs: 500 },
    );
    return [];
  } catch {
    return [...stuck].map(([who, what]) => ({
      kind: 'lost',
      what: 'everything comes to an end once it is calm',
      who,
      details: what,
    }));
  }
}

async function compare({ server, sessions, workloads, clients, ledgerFolder, counts }) {
  for (const workload of workloads) await workload.end();
  // A message may still be on its way to the pages; what they show is read when they have all of it.
  for (const client of clients) await client.loadAllOlder();
  await sleep(1_000);
  await server.stop();
  const ledger = new Ledger(ledgerFolder);
  const violations = [];
  for (const [index, session] of sessions.entries()) {
    const workload = workloads[index];
    const stored = await readDatabase(server.databasePath, session.id);
    const report = check({ session, ledger, stored, workload, clients: workload.clients });
    violations.push(...report.violations);
    counts.checks += report.checks;
    counts.prompts += workload.prompts.size;
    counts.events += stored.entries.filter(({ epoch }) => epoch !== null).length;
    counts.answered += stored.requests.filter(({ status }) => status === 'answered').length;
    for (const { status } of stored.turns) counts[status] = (counts[status] ?? 0) + 1;
  }
  return violations;
}

/** Container-agents outlive main-server by design, so they are ended one by one. */
async function cleanUp({ server, proxies, sessions }) {
  await server.stop();
  for (const pid of processesOfSessions(sessions.map(({ id }) => id))) {
    kill(pid);
  }
  for (const proxy of proxies) await proxy.stop();
}

/** False when it had ended by itself since it was looked up. */
function kill(pid) {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
