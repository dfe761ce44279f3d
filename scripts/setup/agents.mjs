// The real agent programs that tests drive, at the versions of container-agent/agents.json, in a folder of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { refuse, startProgress } from './say.mjs';

const newerNode = '22.23.3';

/** Answers the environment in which the programs are found first on PATH. */
export async function ensureAgents(root) {
  const { programs } = JSON.parse(readFileSync(path.join(root, 'container-agent/agents.json'), 'utf8'));
  const folder = path.join(root, 'node_modules/.cache/codex-webapp/agents');
  for (const [name, { package: pattern, version, bin, file, inTests }] of Object.entries(programs)) {
    if (inTests === false) continue;
    const packageName = pattern.replace('{platform}', process.platform).replace('{arch}', process.arch);
    ensurePackage(folder, name, packageName, version);
    if (file) link(path.join(folder, 'node_modules'), bin, path.join(packageName, file));
  }
  return {
    environment: {
      PATH: `${path.join(folder, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}`,
      ...ensureNewerNode(root),
    },
  };
}

/** For a program whose package does not tell npm where it is. */
function link(modules, bin, file) {
  mkdirSync(path.join(modules, '.bin'), { recursive: true });
  const place = path.join(modules, '.bin', bin);
  if (!existsSync(place)) symlinkSync(path.join('..', file), place);
}

/** Some agents need a newer Node than we do. Beside PATH: everything else runs on the Node that runs this. */
function ensureNewerNode(root) {
  if (Number(process.versions.node.split('.')[0]) >= 22) return {};
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const packageName = `${system === 'darwin' ? 'node-bin' : 'node'}-${system}-${process.arch}`;
  const folder = path.join(root, 'node_modules/.cache/codex-webapp/newer-node');
  ensurePackage(folder, 'a newer Node', packageName, newerNode);
  return { NEWER_NODE_PATH: path.join(folder, 'node_modules', packageName, 'bin') };
}

function ensurePackage(folder, name, packageName, version) {
  const manifest = path.join(folder, 'node_modules', packageName, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) return;
  mkdirSync(folder, { recursive: true });
  if (!existsSync(path.join(folder, 'package.json')))
    writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
  const progress = startProgress(`Installing ${name} ${version} for the tests (once)`);
  // Without their scripts, as in the image.
  const flags = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'];
  const args = ['install', ...flags, `${packageName}@${version}`];
  const { status, stderr } = spawnSync('npm', args, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(stderr);
    refuse(`${packageName}@${version} could not be installed; the lines above say why.`);
  }
  progress.done();
}
