// Checks every package against the libraries' sources, so nothing has to be built first. Names on the command line check only those.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

const all = [
  'libs/contracts',
  'libs/nest-kit',
  'libs/ui',
  'main-server',
  'container-agent',
  'container-agent/ui',
  'web',
  'tools/dokploy-simulator',
  'tools/scripted-model',
  'e2e',
];
const wanted = process.argv.slice(2);
const queue = wanted.length > 0 ? wanted : all;
const unknown = queue.filter((folder) => !all.includes(folder));
if (unknown.length > 0) {
  console.error(`Unknown package ${unknown.join(', ')}. One of: ${all.join(', ')}`);
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const pending = [...queue];
let failed = false;

function check(folder) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-p', folder, '--noEmit'], {
      cwd: root,
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      if (code !== 0) {
        failed = true;
        console.error(`${folder}\n${output}`);
      }
      resolve();
    });
  });
}

async function work() {
  for (let folder = pending.shift(); folder !== undefined; folder = pending.shift()) await check(folder);
}

await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
process.exit(failed ? 1 : 0);
