import { networkInterfaces } from 'node:os';
import type { RouterPlan } from '@codex-webapp/contracts';
import { followTool, runTool } from '../process/run-tool.ts';
import { startNameRelay } from './name-relay.ts';
import { startNameRelayOverTcp } from './name-relay-tcp.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { startRelay } from './relay.ts';
import { findMissingAddresses, type Interface } from './router-addresses.ts';
import { readRouterPlan } from './router.config.ts';

/** The engine's resolver, in every container of an own network. */
const resolver = { address: '127.0.0.11', host: '127.0.0.11', port: 53 };
/** As in `routerReadyLine`; this program loads no package, so that it starts at once and is small. */
const readyLine = 'The router is ready';
const lookEveryMs = 500;

/** Stands between the sessions' networks and everything else. It ends when it cannot do that, and is started again. */
async function run(plan: RouterPlan): Promise<never> {
  await runTool('nft', ['-f', '-'], plan.rules);
  for (const { listensAt, host, port } of plan.relays) startRelay(listensAt, { host, port });
  startNameRelayOverTcp(plan.namesListenAt, resolver);
  startNameRelay(plan.namesListenAt, resolver);
  // Only from here on: without an address of the router a session reaches nothing, so nothing goes around the rules.
  await takeAddresses(plan.pool);
  process.stdout.write(`${readyLine}\n`);
  const look = oneAtATime(() => takeAddresses(plan.pool), fail);
  // An address that comes before `ip monitor` listens, or that a busy kernel does not tell, is seen by the clock.
  setInterval(look, lookEveryMs);
  return followTool('ip', ['-4', 'monitor', 'address'], look);
}

async function takeAddresses(pool: string): Promise<void> {
  for (const { interfaceName, address } of findMissingAddresses(listInterfaces(), pool))
    await runTool('ip', ['address', 'add', address, 'dev', interfaceName]).catch(ignoreGone);
}

/** A network may be taken away while we look at it. */
function ignoreGone(error: Error): void {
  if (!/Cannot find device|File exists/.test(error.message)) throw error;
}

function listInterfaces(): readonly Interface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? [])
      .filter(({ family }) => family === 'IPv4')
      .map(({ address, netmask }) => ({ name, address, netmask })),
  );
}

function fail(error: unknown): never {
  process.stderr.write(`${String(error instanceof Error ? error.message : error)}\n`);
  process.exit(1);
}

process.on('SIGTERM', () => process.exit(0));
process.on('uncaughtException', fail);
await run(readRouterPlan()).catch(fail);
