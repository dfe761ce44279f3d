// Runs one side of the system with watchers: `main` (the default: server, web UI, session UI) or `container` (one container-agent).
// The libraries are built once before anything watches them: a watcher started earlier never recovers from their absence.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = {
  tsc: 'node_modules/typescript/bin/tsc',
  nest: 'node_modules/@nestjs/cli/bin/nest.js',
  next: 'node_modules/next/dist/bin/next',
  vite: 'node_modules/vite/bin/vite.js',
};
const webPort = process.env.WEB_PORT ?? '3100';
const side = process.argv[2] ?? 'main';

const watchLibraries = [
  {
    name: 'contracts',
    args: [bin.tsc, '-p', 'libs/contracts/tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  },
  {
    name: 'nest-kit',
    args: [bin.tsc, '-p', 'libs/nest-kit/tsconfig.build.json', '--watch', '--preserveWatchOutput'],
  },
];
const watchSessionUi = { name: 'session-ui', args: [bin.vite, 'build', '--watch', 'container-agent/ui'] };
// Without --no-shell the server runs below `sh -c` and keeps its port after a SIGTERM.
const watchApp = (app) => ({
  name: app,
  args: [bin.nest, 'start', app, '--watch', '--preserveWatchOutput', '--no-shell'],
});

const sides = {
  main: [
    ...watchLibraries,
    watchSessionUi,
    { ...watchApp('main-server'), env: { WEB_ORIGIN: `http://127.0.0.1:${webPort}` } },
    {
      name: 'web',
      args: [bin.next, 'dev', 'web', '-H', '127.0.0.1', '-p', webPort],
      env: { NEXT_TELEMETRY_DISABLED: '1' },
    },
  ],
  container: [...watchLibraries, watchSessionUi, watchApp('container-agent')],
};

const commands = sides[side];
if (commands === undefined) {
  console.error(`Unknown side ${side}. One of: ${Object.keys(sides).join(', ')}`);
  process.exit(1);
}

for (const library of ['contracts', 'nest-kit']) {
  const built = spawnSync(process.execPath, [bin.nest, 'build', library], { cwd: root, stdio: 'inherit' });
  if (built.status !== 0) process.exit(1);
}

const children = commands.map(({ name, args, env }) => {
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { NODE_ENV: 'development', ...process.env, ...env },
  });
  child.on('exit', (code) => stop(`${name} ended with code ${code}`));
  return child;
});

let isStopping = false;
function stop(reason) {
  if (isStopping) return;
  isStopping = true;
  if (reason !== undefined) {
    console.error(reason);
    process.exitCode = 1;
  }
  for (const child of children) child.kill('SIGTERM');
}
process.on('SIGINT', () => stop());
process.on('SIGTERM', () => stop());
