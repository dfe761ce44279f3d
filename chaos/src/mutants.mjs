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
  'main-server/dist',
  'main-server/package.json',
  'container-agent/dist',
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
/** In an app's dist one file holds the whole program; with its small original in its place the others count. */
const packed = {
  'main-server': 'main-server/src/main.ts',
  'container-agent': 'container-agent/src/start-container-agent.ts',
};
const triesMax = 3;

export const listMutants = () =>
  readdirSync(patches)
    .filter((name) => name.endsWith('.patch'))
    .map((name) => name.slice(0, -'.patch'.length));

/** Plants each bug in a copy of the built product and runs it until the checker sees it. Gives those it did not see. */
export async function runMutants(names, { seconds, seed, sessions }) {
  const missed = [];
  for (const name of names) {
    const root = plant(name);
    try {
      const found = await findViolation(root, { seconds, seed, sessions });
      if (found === null) missed.push(name);
      console.log(found === null ? `NOT CAUGHT ${name}` : `caught     ${name}: ${describe(found)}`);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  }
  return missed;
}

async function findViolation(root, { seconds, seed, sessions }) {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const { violations, folder } = await run({
      seconds,
      seed,
      sessions,
      root,
      quietDeadlineMs: 45_000,
      serverShare: 0.4,
    });
    rmSync(folder, { recursive: true, force: true });
    if (violations.length > 0) return { tries, violations };
  }
  return null;
}

function describe({ tries, violations }) {
  const [{ kind, what }] = violations;
  return `${violations.length} violations in try ${tries}, the first: ${kind}, although ${what}`;
}

function plant(name) {
  const root = mkdtempSync(path.join(tmpdir(), 'codex-webapp-mutant-'));
  for (const part of copied) cpSync(path.join(repository, part), path.join(root, part), { recursive: true });
  linkPackages(root);
  const patch = path.join(patches, `${name}.patch`);
  const files = [...readFileSync(patch, 'utf8').matchAll(/^\+\+\+ b\/(.+)$/gm)].map((match) => match[1]);
  for (const file of files) {
    const target = path.join(root, file);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(path.join(repository, file), target);
  }
  const applied = spawnSync('git', ['apply', patch], { cwd: root, encoding: 'utf8' });
  if (applied.status !== 0)
    throw new Error(`The mutant ${name} does not fit the source any more:\n${applied.stderr}`);
  for (const file of files) build(root, file);
  return root;
}

/** Packages of others from the repository; our own from the copy. */
function linkPackages(root) {
  const modules = path.join(root, 'node_modules');
  mkdirSync(path.join(modules, '@codex-webapp'), { recursive: true });
  for (const name of readdirSync(path.join(repository, 'node_modules'))) {
    if (name.startsWith('.') || name === '@codex-webapp') continue;
    symlinkSync(path.join(repository, 'node_modules', name), path.join(modules, name));
  }
  for (const app of ['main-server', 'container-agent']) {
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
  const entry = packed[file.split('/')[0]];
  for (const part of entry === undefined || entry === file ? [file] : [file, entry]) {
    const source = path.join(part === entry && part !== file ? repository : root, part);
    const target = path.join(root, part.replace('/src/', '/dist/').replace(/\.ts$/, '.js'));
    writeFileSync(target, transpile(readFileSync(source, 'utf8'), source));
  }
}
