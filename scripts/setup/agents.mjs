// The real agent programs that tests drive, at the versions of container-agent/agents.json, in a folder of their own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { refuse, startProgress } from './say.mjs';

/** Answers the environment in which the programs are found first on PATH. */
export async function ensureAgents(root) {
  const { programs } = JSON.parse(readFileSync(path.join(root, 'container-agent/agents.json'), 'utf8'));
  const folder = path.join(root, 'node_modules/.cache/codex-webapp/agents');
  for (const [name, { package: packageName, version }] of Object.entries(programs)) {
    const manifest = path.join(folder, 'node_modules', packageName, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version) continue;
    mkdirSync(folder, { recursive: true });
    if (!existsSync(path.join(folder, 'package.json')))
      writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
    const progress = startProgress(`Installing ${name} ${version} for the tests (once)`);
    const args = ['install', '--save-exact', '--no-audit', '--no-fund', `${packageName}@${version}`];
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
  return {
    environment: { PATH: `${path.join(folder, 'node_modules/.bin')}${path.delimiter}${process.env.PATH}` },
  };
}
