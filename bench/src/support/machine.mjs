import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { median } from './figures.mjs';
import { root } from './paths.mjs';

export function describeMachine() {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    node: process.version,
    kernel: release(),
  };
}

const hashes = 50_000;
const runs = 5;

/**
 * Milliseconds, the median of some runs, for a chain of SHA-256. Virtual processors are not equally fast all day: a figure
 * that doubled while this did too has not changed.
 */
export function measureFixedWork() {
  const times = Array.from({ length: runs }, () => {
    const begunAt = performance.now();
    let digest = Buffer.alloc(32);
    for (let count = 0; count < hashes; count += 1) digest = createHash('sha256').update(digest).digest();
    return performance.now() - begunAt;
  });
  return Math.round(median(times));
}

/** Of the last minute. Above the number of cores everything waits for everything. */
export const loadNow = () => Number(loadavg()[0].toFixed(2));

/** The commit that was measured; `+` when what is measured differs from it. */
export function measuredCommit() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'main-server/src', 'container-agent/src', 'libs');
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
}
