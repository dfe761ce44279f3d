import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** Runs a program to its end, with `input` on its stdin. @throws Error with what it said, unless it ended with 0 */
export async function runTool(command: string, args: readonly string[], input = ''): Promise<void> {
  const child = spawn(command, [...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // A program that ends before it has read everything says why by its code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code, said] = await Promise.all([ended, text(child.stderr)]);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.trim().slice(0, 2_000)}`);
}

/** Calls `onOutput` whenever a program that runs on prints something. Rejects when it ends. */
export async function followTool(
  command: string,
  args: readonly string[],
  onOutput: () => void,
): Promise<never> {
  const child = spawn(command, [...args], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.on('data', onOutput);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  throw new Error(`${command} ended with ${code}`);
}
