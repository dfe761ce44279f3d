// `npm run bench -- [name…]` measures and writes bench/results/<name>.json; `report` puts the results into README.md,
// `report --check` only says whether they are there.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeMachine, loadNow, measuredCommit, measureFixedWork } from './support/machine.mjs';
import { resultsFolder } from './support/paths.mjs';
import { stopAll } from '../../tools/processes/processes.mjs';
import { writeReport } from './report.mjs';

const names = [
  'memory',
  'boot',
  'start',
  'pool',
  'wake',
  'burst',
  'adopted',
  'agents',
  'stream',
  'tunnel',
  'webhook',
  'fanout',
  'flood',
  'sockets',
  'reconnect',
  'open',
  'crash',
];
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = wanted.filter((name) => name !== 'report' && !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}. There are: ${names.join(', ')}, report.`);
  process.exit(1);
}

if (wanted.includes('report')) {
  process.exit(writeReport({ isCheck: process.argv.includes('--check') }) ? 0 : 1);
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => void stopAll().then(() => process.exit(1)));
}
for (const name of wanted.length > 0 ? wanted : names) await measure(name);
writeReport({ isCheck: false });

async function measure(name) {
  const { run } = await import(`./${name}.mjs`);
  const loadBefore = loadNow();
  console.log(`${name}: begins at load ${loadBefore}`);
  try {
    const { n, figures, notes = [] } = await run();
    const result = {
      name,
      commit: measuredCommit(),
      date: new Date().toISOString(),
      machine: describeMachine(),
      load: { before: loadBefore, after: loadNow() },
      fixedWorkMs: measureFixedWork(),
      n,
      figures,
      notes,
    };
    mkdirSync(resultsFolder, { recursive: true });
    writeFileSync(path.join(resultsFolder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
    for (const { name: line, value, unit } of figures) console.log(`  ${line}: ${value} ${unit}`);
  } finally {
    await stopAll();
  }
}
