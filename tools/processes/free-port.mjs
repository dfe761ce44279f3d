import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports from which systems take those of outgoing connections (Linux from 32,768, others from 49,152): one of
 * these could be taken again between the look and the listening of whoever asked. Above the last one that browsers refuse
 * (10,080).
 */
const lowestPort = 10_100;
const highestPort = 32_000;
/** Whoever was given one may not listen yet. */
const given = new Set();

/**
 * A port of 127.0.0.1 that nobody uses right now, for a program that has to be told it before it starts.
 * @throws when a hundred looks found none
 */
export async function findFreePort() {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    // By chance: programs that look at the same time find different ones.
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`No free port was found between ${lowestPort} and ${highestPort}.`);
}

async function isFree(port) {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
