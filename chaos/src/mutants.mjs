import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository, transpile } from './product-tree.mjs';
import { run } from './run.mjs';

const patches = fileURLToPath(new URL('../mutants', import.meta.url));
/** What runs, and what the client is made of. */
const copied = [
  'scripts/load-packed.mjs',
  'scripts/pack-app.mjs',
  'main-server/dist',
  'main-server/pack.mjs',
  'main-server/package.json',
  'container-agent/dist',
  'container-agent/pack.mjs',
  'container-agent/package.json',
  'container-agent/agents.json',
  'libs/contracts/dist',
  'libs/contracts/package.json',
  'libs/nest-kit/dist',
  'libs/nest-kit/package.json',
  'libs/ui/src/conversation',
  'libs/ui/src/realtime',
  'libs/ui/package.json',
];
const apps = ['main-server', 'container-agent'];
const triesMax = 3;
const schedule = { sessions: 3, quietDeadlineMs: 100_000, serverShare: 0.35 };
/** How much has to have happened to the product in one short run, and for how long at most that is waited for. */
const enough = {
  serverKills: 4,
  databaseHolds: 2,
  agentKills: 4,
  cutAtPrompt: 5,
  cutAtAck: 6,
  resumes: 12,
};
const secondsMax = 120;

export const listMutants = () =>
  readdirSync(patches)
    .filter((name) => name.endsWith('.patch'))
    .map((name) => name.slice(0, -'.patch'.length));

/**
 * Runs the product as it is, which has to pass; then plants each bug in a copy of the built product and runs that under
 * the same seed until the checker sees what belongs to this bug. Gives those it did not see.
 */
export async function runMutants(names, { seed, sessions }) {
  const options = { ...schedule, sessions: sessions ?? schedule.sessions, seed, isOver };
  console.log(`chaos mutants: ${options.sessions} sessions, seed ${seed}`);
  const { violations } = await run(options);
  if (violations.length > 0) {
    console.log(`The product itself fails under this seed: ${JSON.stringify(violations[0])}`);
    return names;
  }
  console.log('passed     the product as it is');
  const missed = [];
  for (const name of names) if (!(await isCaught(name, options))) missed.push(name);
  return missed;
}

function isOver({ seconds, counts }) {
  return seconds >= secondsMax || Object.keys(enough).every((name) => counts[name] >= enough[name]);
}

async function isCaught(name, options) {
  const begunAt = performance.now();
  const { root, signs } = plant(name);
  try {
    for (let tries = 1; tries <= triesMax; tries += 1) {
      const { counts, violations, folder } = await run({ ...options, root });
      rmSync(folder, { recursive: true, force: true });
      const found = violations.filter(({ kind, what }) => signs.includes(`${kind}, although ${what}`));
      const seconds = Math.round((performance.now() - begunAt) / 1_000);
      const others = `${violations.length - found.length} other violations, try ${tries}, ${seconds} s`;
      if (found.length > 0) {
        console.log(
          `caught     ${name}: ${found[0].kind}, although ${found[0].what} (${found.length}×; ${others})`,
        );
        return true;
      }
      console.log(`not caught ${name} (${others}; ${JSON.stringify(counts)})`);
    }
    return false;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A patch says above its diff by which violations the bug is known. */
function plant(name) {
  const root = mkdtempSync(path.join(tmpdir(), 'codex-webapp-mutant-'));
  for (const part of copied) cpSync(path.join(repository, part), path.join(root, part), { recursive: true });
  linkPackages(root);
  const patch = path.join(patches, `${name}.patch`);
  const text = readFileSync(patch, 'utf8');
  const signs = [...text.matchAll(/^Sign: (.+)$/gm)].map((match) => match[1]);
  if (signs.length === 0) throw new Error(`The mutant ${name} does not say by what it is known.`);
  const files = [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1]);
  for (const file of files) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(repository, file), target);
  }
  const applied = spawnSync('git', ['apply', patch], { cwd: root, encoding: 'utf8' });
  if (applied.status !== 0)
    throw new Error(`The mutant ${name} does not fit the source any more:\n${applied.stderr}`);
  for (const file of files) build(root, file);
  for (const app of apps) if (files.some((file) => file.startsWith(`${app}/`))) packAgain(root, app);
  return { root, signs };
}

/** Packages of others from the repository; our own from the copy. */
function linkPackages(root) {
  const modules = path.join(root, 'node_modules');
  mkdirSync(path.join(modules, '@codex-webapp'), { recursive: true });
  for (const name of readdirSync(path.join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@codex-webapp') continue;
    symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name));
  }
  for (const app of apps) {
    const own = path.join(repository, app, 'node_modules');
    if (existsSync(own)) symlinkSync(own, path.join(root, app, 'node_modules'));
  }
  for (const [name, folder] of [
    ['contracts', 'libs/contracts'],
    ['nest-kit', 'libs/nest-kit'],
    ['ui', 'libs/ui'],
  ]) {
    symlinkSync(path.join(root, folder), path.join(modules, '@codex-webapp', name));
  }
}

function build(root, file) {
  if (file.startsWith('libs/ui/')) return; // The client is made of its source.
  const target = path.join(root, file.replace('/src/', '/dist/').replace(/\.ts$/, '.js'));
  writeFileSync(target, transpile(readFileSync(path.join(root, file), 'utf8'), path.join(root, file)));
}

/**
 * In a built app the file it starts from holds all the others; it is put together again from its small original and them.
 * Which file that is its packer says.
 */
function packAgain(root, app) {
  const packer = path.join(root, app, 'pack.mjs');
  const entry = /'dist\/([\w-]+)\.js'/.exec(readFileSync(packer, 'utf8'))?.[1];
  if (entry === undefined) throw new Error(`${app}/pack.mjs does not say which file it packs.`);
  const source = path.join(repository, app, 'src', `${entry}.ts`);
  writeFileSync(path.join(root, app, 'dist', `${entry}.js`), transpile(readFileSync(source, 'utf8'), source));
  const made = spawnSync(process.execPath, [packer], { cwd: root, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`The mutated ${app} could not be put together:\n${made.stderr}`);
}
