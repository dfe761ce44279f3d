import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { waitFor } from '../../../tools/processes/wait.mjs';

/** For a program that `profileDuring` may look into: it opens its inspector when asked to, on a free port. */
export const profilable = ['--inspect-port=0'];

const entriesShown = 10;
const packed =
  /^\/\/ (?:\S*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)|^\/\/ (?:main-server\/dist\/(?:modules\/)?|libs\/)([\w-]+)/;

/**
 * What the main thread of a program does while `work` runs: `package 12.3 %, …` of its busy time, largest first. Native
 * code is also what waits for a processor.
 */
export async function profileDuring(program, work) {
  process.kill(program.pid, 'SIGUSR1');
  const url = await waitFor(
    'the inspector',
    () => /ws:\/\/127\.0\.0\.1:\S+/.exec(program.output)?.[0] ?? null,
  );
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map();
  socket.on('message', (data) => {
    const { id, result } = JSON.parse(Buffer.from(data).toString('utf8'));
    waiting.get(id)?.(result);
  });
  const ask = (id, method, params = {}) =>
    new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  await ask(1, 'Profiler.enable');
  await ask(2, 'Profiler.setSamplingInterval', { interval: 500 });
  await ask(3, 'Profiler.start');
  await work();
  const { profile } = await ask(4, 'Profiler.stop');
  socket.terminate();
  return describe(profile);
}

function describe({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id);
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  }
  const sum = [...times.values()].reduce((a, b) => a + b, 0);
  const idle = times.get('idle') ?? 0;
  times.delete('idle');
  const largest = [...times].sort(([, a], [, b]) => b - a).slice(0, entriesShown);
  const share = (value, of) => `${((100 * value) / of).toFixed(1)} %`;
  const parts = largest.map(([name, time]) => `${name} ${share(time, sum - idle)}`);
  return `main thread idle ${share(idle, sum)}; of the rest: ${parts.join(', ')}`;
}

function nameOf({ functionName, url, lineNumber }) {
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'native code';
  if (url === '')
    return functionName.startsWith('RegExp') ? 'regular expressions' : `system call ${functionName}`;
  if (url.startsWith('node:'))
    return `node:${url.slice(5).split('/').at(-1).replace(/^_/, '').split('_')[0]}`;
  const inPackage = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  return url.includes('/main-server/dist/') ? (partsOf(url)[lineNumber] ?? 'main-server') : 'main-server';
}

const files = new Map();

/** A packed file tells before each part where that comes from. */
function partsOf(url) {
  if (files.has(url)) return files.get(url);
  let part = 'main-server';
  const parts = readFileSync(fileURLToPath(url), 'utf8')
    .split('\n')
    .map((line) => {
      const found = packed.exec(line);
      if (found) part = found[1] ?? found[2];
      return part;
    });
  files.set(url, parts);
  return parts;
}
