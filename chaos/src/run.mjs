import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { check } from './checker.mjs';
import { readDatabase } from './database.mjs';
import { Killer } from './killer.mjs';
import { Ledger } from './ledger.mjs';
import { ProcessContainers } from './process-containers.mjs';
import { repository } from './product-tree.mjs';
import { becomeQuiet } from './quiet.mjs';
import { Random } from './random.mjs';
import { Stage } from './stage.mjs';
import { sleep } from '../../tools/processes/wait.mjs';

const noCounts = {
  serverKills: 0,
  agentKills: 0,
  dockerKills: 0,
  dockerRestarts: 0,
  databaseHolds: 0,
  cuts: 0,
  cutAtPrompt: 0,
  cutAtAck: 0,
  cutAtEntries: 0,
  droppedAnswers: 0,
  duplicates: 0,
  refused: 0,
  hung: 0,
  connects: 0,
  returns: 0,
  resumes: 0,
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

/**
 * One run: the product under faults until `isOver({ seconds, counts, databasePath })` says so, then quiet, then the
 * check. Gives counts and violations; the folder of a run without any is removed.
 */
export async function run({
  isOver,
  seed,
  sessions: sessionCount,
  root = repository,
  makeContainers = async (options) => new ProcessContainers(options),
  quietDeadlineMs = 120_000,
  serverShare = 0.25,
  isMidTurn = false,
}) {
  const random = new Random(seed);
  const folder = mkdtempSync(path.join(tmpdir(), 'codex-webapp-chaos-'));
  const counts = { ...noCounts };
  const containers = await makeContainers({ folder });
  const stage = new Stage({ root, folder, containers, random, counts, sessionCount, seed });
  let violations = [];
  // Containers would go on without us.
  const onSignal = () => void stage.close().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, onSignal);
  try {
    await stage.open();
    stage.begin();
    const killer = new Killer({ stage, counts, random: random.fork('kills'), serverShare, isMidTurn });
    const begunAt = performance.now();
    const seconds = () => (performance.now() - begunAt) / 1_000;
    await killer.run(() => isOver({ seconds: seconds(), counts, databasePath: stage.server.databasePath }));
    await stage.becomeCalm();
    violations = await becomeQuiet(stage, quietDeadlineMs);
    violations.push(...(await compare(stage, counts)));
  } finally {
    await stage.close();
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, onSignal);
    writeFileSync(path.join(folder, 'server.log'), stage.server?.output ?? '');
  }
  if (violations.length === 0) rmSync(folder, { recursive: true, force: true });
  else writeFileSync(path.join(folder, 'violations.json'), JSON.stringify(violations, null, 2));
  return { counts, violations, folder };
}

async function compare({ server, containers, sessions, workloads, clients }, counts) {
  for (const workload of workloads) await workload.end();
  // A message may still be on its way to the pages; what they show is read when they have all of it.
  for (const client of clients) await client.loadAllOlder();
  await sleep(1_000);
  await server.stop();
  const ledger = new Ledger(await containers.collectLedger());
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
