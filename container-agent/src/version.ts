import { readFileSync } from 'node:fs';

/** Of container-agent, as its package says. */
export const agentVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
