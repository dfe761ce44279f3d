// The bugs that chaos plants are patches to the source: a change of that source has to take them along.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'chaos/mutants';
let failures = 0;
for (const name of readdirSync(path.join(root, folder))) {
  const { status, stderr } = spawnSync('git', ['apply', '--check', path.join(folder, name)], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status === 0) continue;
  failures += 1;
  console.error(`${folder}/${name} does not fit the source any more: make the patch anew.\n${stderr}`);
}
if (failures > 0) process.exit(1);
