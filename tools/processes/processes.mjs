import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';

const running = new Set();
const killAfterMs = 12_000;

/** A Node program with nothing but `env` in its environment. What it prints is in `output`. */
export function startNode(args, env, { stdio = ['ignore', 'pipe', 'pipe'], cwd } = {}) {
  const child = spawn(process.execPath, args, { env, stdio, cwd });
  const program = { child, pid: child.pid, output: '' };
  child.stdout?.on('data', (chunk) => (program.output = (program.output + chunk).slice(-100_000)));
  child.stderr?.on('data', (chunk) => (program.output = (program.output + chunk).slice(-100_000)));
  running.add(program);
  child.once('exit', () => running.delete(program));
  return program;
}

/** Resolves when it is gone. */
export async function stop(program) {
  const { child } = program;
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await exited;
  clearTimeout(timer);
}

/** Whatever a bench that failed left behind. */
export async function stopAll() {
  await Promise.all([...running].map(stop));
}

/** Resident memory, in MB of 1,000,000 bytes. */
export function residentMegabytes(pid) {
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return (kibibytes * 1024) / 1e6;
}

/** Time on a processor since its start, threads and the kernel's part included, in milliseconds. */
export function processorMilliseconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ticksPerSecond = 100;
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond;
}

/** The processes that run with SESSION_ID=<id> in their environment. */
export function processesOfSession(sessionId) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SESSION_ID=${sessionId}`);
      } catch {
        // It ended since the listing, or is not ours to read.
        return false;
      }
    })
    .map(Number);
}
