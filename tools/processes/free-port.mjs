import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports from which systems take those of outgoing connections (Linux from 32,768, others from 49,152): one of
 * these could be taken again between the look and the listening of whoever asked.
 */
const lowest = 10_000;
const highest = 32_000;

/** A port of 127.0.0.1 that nobody uses right now, for a program that has to be told it before it starts. */
export async function findFreePort() {
  for (let attempt = 0; attempt < 100; attempt++) {
    // By chance: programs that look at the same time find different ones.
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${lowest} and ${highest}.`);
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
