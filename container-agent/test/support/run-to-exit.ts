import { spawn } from 'node:child_process';
import path from 'node:path';

/** Starts the built program with this environment alone, and gives what it said when it has ended. */
export function runToExit(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const entry = path.resolve(
    import.meta.dirname,
    '../..',
    process.env['CONTAINER_AGENT_BUILD'] ?? 'dist',
    'main.js',
  );
  const child = spawn(process.execPath, [entry], { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 20_000 });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })));
}
