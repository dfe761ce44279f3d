import { readFileSync } from 'node:fs';
import { runInside } from './docker-world.ts';

const program = readFileSync(new URL('isolation-probes.py', import.meta.url), 'utf8');

export type Place = readonly [host: string, port: number];

/** What the probes try beside what they know by themselves, by the name each has in the answers. */
export interface ProbeTargets {
  readonly tcp?: Readonly<Record<string, Place>>;
  readonly udp?: Readonly<Record<string, Place>>;
  readonly names?: Readonly<Record<string, string>>;
  /** Nothing but these. */
  readonly only?: readonly string[];
}

export type ProbeAnswers = Readonly<Record<string, { readonly succeeded: boolean; readonly met: string }>>;

/** Tries them from inside a container, which needs python3. */
export async function probeFrom(containerId: string, targets: ProbeTargets): Promise<ProbeAnswers> {
  const output = await runInside(containerId, ['python3', '-c', program, JSON.stringify(targets)]);
  const json = output.slice(output.indexOf('{'));
  if (json === '') throw new Error(`The probes printed no answer: ${output}`);
  return JSON.parse(json) as ProbeAnswers;
}

/** What each one that succeeded met. */
export function succeededIn(answers: ProbeAnswers): Readonly<Record<string, string>> {
  const list = Object.entries(answers).filter(([, { succeeded }]) => succeeded);
  return Object.fromEntries(list.map(([name, { met }]) => [name, met]));
}
