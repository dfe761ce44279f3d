import { execFileSync } from 'node:child_process';
import { root } from './paths.mjs';

/** Of the sessions in Docker. */
export const image = process.env.BENCH_IMAGE ?? 'codex-webapp-bench';

/** In bytes, on the disk of the engine. */
export function imageBytes() {
  return Number(
    execFileSync('docker', ['image', 'inspect', '--format', '{{.Size}}', image], { encoding: 'utf8' }),
  );
}

/** Builds it from the repository, unless another one is named. */
export function buildImage() {
  if (process.env.BENCH_IMAGE !== undefined) return;
  execFileSync('docker', ['build', '-q', '-f', 'container-agent/Dockerfile', '-t', image, '.'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
