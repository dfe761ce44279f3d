// Builds what changed since the last build. What counts is the content of the inputs, so a checkout of the same commit builds nothing.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { refuse, startProgress } from './say.mjs';

const nest = (project) => ['node_modules/@nestjs/cli/bin/nest.js', 'build', project];
const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', 'container-agent/ui'];
const next = ['node_modules/next/dist/bin/next', 'build', 'web'];

/** In build order. `after` names the steps whose outputs a step reads. */
const steps = [
  { name: 'contracts', inputs: ['libs/contracts'], output: 'libs/contracts/dist', args: nest('contracts') },
  {
    name: 'nest-kit',
    inputs: ['libs/nest-kit'],
    output: 'libs/nest-kit/dist',
    args: nest('nest-kit'),
    after: ['contracts'],
  },
  {
    name: 'main-server',
    inputs: ['main-server', 'scripts/pack-app.mjs', 'scripts/load-packed.mjs'],
    output: 'main-server/dist',
    args: nest('main-server'),
    thenArgs: ['main-server/pack.mjs'],
    after: ['contracts', 'nest-kit'],
  },
  {
    name: 'container-agent',
    inputs: ['container-agent', 'scripts/pack-app.mjs', 'scripts/load-packed.mjs'],
    except: ['container-agent/ui'],
    output: 'container-agent/dist',
    args: nest('container-agent'),
    thenArgs: ['container-agent/pack.mjs'],
    after: ['contracts', 'nest-kit'],
  },
  {
    name: 'session UI',
    inputs: ['container-agent/ui', 'libs/ui'],
    output: 'container-agent/ui/dist',
    args: vite,
    after: ['contracts'],
  },
  { name: 'web UI', inputs: ['web', 'libs/ui'], output: 'web/.next', args: next, after: ['contracts'] },
  {
    name: 'scripted model',
    inputs: ['tools/scripted-model'],
    output: 'tools/scripted-model/dist',
    args: ['node_modules/typescript/bin/tsc', '-p', 'tools/scripted-model/tsconfig.build.json'],
    isForTests: true,
  },
  {
    name: 'Dokploy simulator',
    inputs: ['tools/dokploy-simulator'],
    output: 'tools/dokploy-simulator/dist',
    args: ['node_modules/typescript/bin/tsc', '-p', 'tools/dokploy-simulator/tsconfig.build.json'],
    isForTests: true,
  },
];

/** The last one is made by the build itself. */
const notSource =
  /(^|\/)(dist|node_modules|\.next|test|fixtures|coverage|gallery)$|\.(e2e-)?spec\.tsx?$|\.tsbuildinfo$|\.md$|\/next-env\.d\.ts$/;

/** Answers the names of what it built. */
export async function ensureBuilt(root, { withTests = false } = {}) {
  const built = [];
  const hashes = new Map();
  const shared = hashOf(
    [
      'tsconfig.base.json',
      'tsconfig.check.json',
      'tsconfig.react.json',
      'nest-cli.json',
      'package-lock.json',
    ],
    root,
    [],
  );
  for (const step of steps) {
    if (step.isForTests && !withTests) continue;
    const upstream = (step.after ?? []).map((name) => hashes.get(name)).join();
    const hash = digest(shared + upstream + hashOf(step.inputs, root, step.except ?? []));
    hashes.set(step.name, hash);
    const stamp = path.join(
      root,
      'node_modules/.cache/codex-webapp',
      `${step.name.replaceAll(' ', '-')}.build`,
    );
    const isFresh =
      existsSync(path.join(root, step.output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
    if (isFresh) continue;
    rmSync(stamp, { force: true });
    await build(step, root);
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, hash);
    built.push(step.name);
  }
  return built;
}

async function build(step, root) {
  const progress = startProgress(`Building ${step.name}`);
  for (const args of [step.args, step.thenArgs ?? []]) {
    const { code, output } = args.length > 0 ? await runNode(args, root) : { code: 0 };
    if (code === 0) continue;
    progress.fail();
    console.error(output);
    refuse(`Building ${step.name} failed; the lines above say why.`);
  }
  progress.done();
}

function runNode(args, cwd) {
  return new Promise((resolve) => {
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code, output }));
  });
}

function hashOf(inputs, root, except) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesBelow(input, root, except)).sort()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesBelow(input, root, except) {
  if (except.includes(input) || notSource.test(input)) return [];
  const entry = path.join(root, input);
  if (!existsSync(entry)) return [];
  if (!statSync(entry).isDirectory()) return [input];
  return readdirSync(entry, { withFileTypes: true }).flatMap((child) => {
    const below = `${input}/${child.name}`;
    if (child.isDirectory()) return filesBelow(below, root, except);
    return child.isFile() && !notSource.test(below) ? [below] : [];
  });
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex');
}
