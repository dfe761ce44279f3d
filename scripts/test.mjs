// `npm test`: installs and builds what is missing, then runs every suite and ends with one line that counts them all.
// `--full` adds what is enumerated or long. REQUIRE_ALL_SUITES=1 (CI) makes a suite that cannot run here a failure.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureAgents } from './setup/agents.mjs';
import { ensureBuilt } from './setup/build.mjs';
import { findChromium } from './setup/chromium.mjs';
import { checkNode, ensureInstalled } from './setup/install.mjs';
import { fromJest, fromPlaywright, OutputTail } from './setup/test-summary.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isFull = process.argv.includes('--full');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isEverythingRequired = process.env.REQUIRE_ALL_SUITES === '1';
/** Which slice of the enumerated crashes is run: another one every day, so that all are run in time. */
const crashSeed = process.env.CRASH_SEED ?? String(Math.floor(Date.now() / 86_400_000));

/** What a program printed last is on its way for as long. */
const lateOutputMs = 2_000;

const command = (name, script, args = []) => ({ name, run: () => runScript(script, args) });
const jest = (name, extra = {}) => ({ name, ...extra, run: () => runJest(name) });
const suites = [
  { name: 'second build', run: buildAgain },
  command('types', 'typecheck'),
  command('lint', 'lint'),
  command('format', 'format:check'),
  command('layers', 'layers'),
  command('links', 'check:links'),
  command('openapi', 'check:openapi'),
  ...(isFull ? [command('rules turn red', 'check:rules')] : []),
  jest('unit'),
  jest('e2e'),
  // Both begin with the product as it is, which must pass under the same seed.
  ...(isFull
    ? [
        command('chaos', 'chaos', ['--', '--seed', '1']),
        command('chaos mutants', 'chaos', ['--', 'mutants', '--seed', '1']),
      ]
    : [command('chaos', 'chaos', ['--', 'mutants', 'no-dedupe-on-intake', '--seed', '1'])]),
  jest('docker', { missing: whyNoDocker }),
  { ...command('chaos docker', 'chaos', ['--', '--docker', '--seed', '1']), missing: whyNoDocker },
  { name: 'browser', missing: whyNoChromium, run: runPlaywright },
];

checkNode();
await ensureInstalled(root);
await ensureBuilt(root, { withTests: true });
const agents = await ensureAgents(root);

if (!isFull)
  console.log(`CRASH_SEED=${crashSeed} chooses which crashes are tried; set it to try them again.`);
const scratch = mkdtempSync(path.join(tmpdir(), 'codex-webapp-test-'));
const results = [];
for (const suite of suites) {
  if (only.length > 0 && !only.includes(suite.name)) continue;
  results.push(await runSuite(suite));
}
rmSync(scratch, { recursive: true, force: true });

console.log('\nSuite                 passed  failed  skipped   time');
for (const { name, passed, failed, skipped, tookMs } of results) {
  const cells = [passed, failed, skipped].map((count) => String(count).padStart(8)).join('');
  console.log(`${name.padEnd(20)}${cells}${`${(tookMs / 1000).toFixed(1)} s`.padStart(10)}`);
}
for (const { name, failures = [] } of results)
  for (const failure of failures) console.log(`\nFAILED ${name}: ${failure}`);
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
process.exit(sum('failed') === 0 ? 0 : 1);

async function runSuite(suite) {
  console.log(`\n── ${suite.name} ${'─'.repeat(60 - suite.name.length)}`);
  const startedAt = Date.now();
  const why = suite.missing === undefined ? null : await suite.missing();
  const counts = why === null ? forbidSkips(suite.name, await suite.run()) : skip(suite.name, why);
  return { name: suite.name, ...counts, tookMs: Date.now() - startedAt };
}

/** What a suite leaves out by itself, for want of an agent's program say. */
function forbidSkips(name, counts) {
  if (!isEverythingRequired || counts.skipped === 0) return counts;
  console.log(
    `!! ${counts.skipped} tests of the ${name} suite were NOT run. REQUIRE_ALL_SUITES is set: they failed.`,
  );
  return { ...counts, failed: counts.failed + counts.skipped, skipped: 0 };
}

function skip(name, why) {
  console.log(`!! The ${name} suite was NOT run: ${why}`);
  if (!isEverythingRequired) return { passed: 0, failed: 0, skipped: 1 };
  console.log('!! REQUIRE_ALL_SUITES is set, so this is a failure.');
  return { passed: 0, failed: 1, skipped: 0 };
}

/** What a build itself writes among the sources must not count as a change: every start would build again. */
async function buildAgain() {
  const built = await ensureBuilt(root, { withTests: true });
  if (built.length > 0)
    console.error(`Nothing had changed since the last build, and it built ${built.join(', ')}.`);
  return { passed: built.length === 0 ? 1 : 0, failed: built.length === 0 ? 0 : 1, skipped: 0 };
}

async function runScript(script, args) {
  const tail = new OutputTail();
  const code = await run('npm', ['run', '--silent', script, ...args], { onOutput: (text) => tail.add(text) });
  if (code === 0) return { passed: 1, failed: 0, skipped: 0 };
  return { passed: 0, failed: 1, skipped: 0, failures: [tail.format(script)] };
}

async function runJest(project) {
  const outputFile = path.join(scratch, `${project}.json`);
  const code = await run('npm', [
    'run',
    '--silent',
    `test:${project}`,
    '--',
    '--json',
    `--outputFile=${outputFile}`,
  ]);
  return reconcile(code, fromJest(outputFile));
}

async function runPlaywright() {
  const outputFile = path.join(scratch, 'browser.json');
  const code = await run('npm', ['run', '--silent', 'test:browser'], {
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: outputFile, CHROMIUM_PATH: findChromium() },
  });
  return reconcile(code, fromPlaywright(outputFile));
}

/** A runner that ends badly without a failed test (a leak, a crash) failed all the same. */
function reconcile(code, counts) {
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** @param onOutput gets what the program prints, beside the terminal; without it the program has that to itself, in colours. */
function run(program, args, { env = {}, onOutput = null } = {}) {
  return new Promise((resolve) => {
    const output = onOutput === null ? 'inherit' : 'pipe';
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', output, output],
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        ...agents.environment,
        CRASH_SEED: crashSeed,
        ...(isFull ? { TEST_FULL: '1' } : {}),
        ...env,
      },
    });
    for (const name of ['stdout', 'stderr']) {
      child[name]?.setEncoding('utf8').on('data', (text) => {
        process[name].write(text);
        onOutput(text);
      });
    }
    child.on('close', (code) => resolve(code ?? 1));
    // What it may have left behind holds its output open; that is not waited for.
    child.on('exit', (code) => setTimeout(() => resolve(code ?? 1), lateOutputMs));
  });
}

function whyNoDocker() {
  return new Promise((resolve) => {
    const ping = request(
      { socketPath: '/var/run/docker.sock', path: '/_ping', timeout: 3_000 },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200 ? null : `the Docker engine answered ${response.statusCode}.`);
      },
    );
    ping.on('timeout', () => ping.destroy(new Error('no answer within 3 s')));
    ping.on('error', (error) =>
      resolve(`no Docker engine answers at /var/run/docker.sock (${error.message}).`),
    );
    ping.end();
  });
}

function whyNoChromium() {
  if (findChromium() !== null) return null;
  return 'no Chromium was found. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.';
}
