// For the image: starts container-agent once and ends it when it has kept what was compiled of it (load-packed.mjs). Fails
// when it does not start, or keeps nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const port = 3001;
const deadline = Date.now() + 60_000;
const folder = mkdtempSync(path.join(tmpdir(), 'warm-up-'));
const dist = fileURLToPath(new URL('../container-agent/dist/', import.meta.url));
const compiled = path.join(dist, 'packed/compiled');
const program = spawn(process.execPath, ['--enable-source-maps', path.join(dist, 'main.js')], {
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

while (!(await isServing()) || listMissing().length > 0) {
  if (program.exitCode !== null) fail(`container-agent ended with ${program.exitCode}.`);
  if (Date.now() > deadline)
    fail(
      `container-agent does not start, or does not keep what was compiled of ${listMissing().join(', ')}.`,
    );
  await sleep(50);
}
program.kill('SIGTERM');
const [code] = await exited;
if (code !== 0) fail(`container-agent ended with ${code}.`);
rmSync(folder, { recursive: true, force: true });

async function isServing() {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch {
    return false; // Not yet.
  }
}

/** The packed files of which nothing is kept yet. */
function listMissing() {
  const packed = [...readdirSync(dist), ...readdirSync(path.join(dist, 'packed'))];
  const kept = existsSync(compiled) ? readdirSync(compiled, { recursive: true }) : [];
  const names = new Set(kept.map((file) => path.basename(file)));
  return packed.filter((name) => name.endsWith('.cjs') && !names.has(`${name}.bin`));
}

function fail(message) {
  program.kill('SIGKILL');
  console.error(output);
  console.error(message);
  process.exit(1);
}
