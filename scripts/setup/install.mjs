// Makes node_modules what package-lock.json says, and does nothing when it is that already.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { refuse, startProgress } from './say.mjs';

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  refuse(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer (22 is fine) and start again.`,
  );
}

export async function ensureInstalled(root) {
  if (isInstalled(root)) return;
  const progress = startProgress('Installing packages (once, 1 to 3 minutes)');
  const { code, output } = await run('npm', ['ci', '--no-audit', '--no-fund'], root);
  if (code === 0) return progress.done();
  progress.fail();
  console.error(output.split('\n').slice(-40).join('\n'));
  refuse(
    /node-gyp|gyp ERR|prebuild-install/.test(output)
      ? 'No ready-made sqlite3 could be fetched for this machine and building it failed: install python3, make and g++ and start again.'
      : 'The packages could not be installed; the lines above say why.',
  );
}

/** npm writes what it installed to node_modules/.package-lock.json: the versions there must be the lock's. */
function isInstalled(root) {
  const installedPath = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const wanted = read(path.join(root, 'package-lock.json'));
  const installed = read(installedPath);
  return Object.entries(wanted).every(([name, entry]) => {
    if (!name.includes('node_modules/') || entry.link) return true;
    const found = installed[name];
    // Packages for other platforms are left out by npm.
    if (found === undefined)
      return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return found.version === entry.version;
  });
}

/** Where Node came with its headers, a native module is built against them instead of ones from the network. */
function nodeHeaders() {
  const prefix = path.dirname(path.dirname(process.execPath));
  return existsSync(path.join(prefix, 'include/node/node.h')) ? { npm_config_nodedir: prefix } : {};
}

function run(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
      env: { ...nodeHeaders(), ...process.env },
    });
    let output = '';
    const collect = (chunk) => (output = (output + chunk).slice(-200_000));
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output }));
  });
}
