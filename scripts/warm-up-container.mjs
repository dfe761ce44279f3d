// For the image: starts container-agent once and ends it, so that what Node compiles at every start stands in the folder
// NODE_COMPILE_CACHE. Fails when it does not start, or when nothing was kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const cache = process.env['NODE_COMPILE_CACHE'];
const port = 3001;
const deadline = Date.now() + 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'warm-up-'));
const main = fileURLToPath(new URL('../container-agent/dist/main.js', import.meta.url));
const program = spawn(process.execPath, ['--enable-source-maps', main], {
  env: {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    SESSION_ID: 'warm-up',
    SESSION_TOKEN: 'warm-up-'.repeat(8),
    // Nobody answers there.
    MAIN_APP_URL: 'http://127.0.0.1:9',
    WORKSPACE_PATH: path.join(folder, 'workspace'),
    AGENT_HOME: path.join(folder, 'home'),
    STATE_PATH: path.join(folder, 'state'),
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
program.stdout.setEncoding('utf8').on('data', (text) => (output += text));
const exited = once(program, 'exit');

while (!(await isServing())) {
  if (program.exitCode !== null || Date.now() > deadline) fail('container-agent does not start.');
  await sleep(50);
}
program.kill('SIGTERM');
const [code] = await exited;
if (code !== 0) fail(`container-agent ended with ${code}.`);
rmSync(folder, { recursive: true, force: true });
if (!cache || readdirSync(cache).length === 0) fail('Node kept nothing of what it compiled.');

async function isServing() {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch {
    return false; // Not yet.
  }
}

function fail(message) {
  program.kill('SIGKILL');
  console.error(output);
  console.error(message);
  process.exit(1);
}
