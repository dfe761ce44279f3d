#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { type ModelRequest, startScriptedModel } from './scripted-model-server.ts';

const usage = `Usage: scripted-model [--port 4010] [--host 127.0.0.1] [--pace MS] [--log]

  --port   where to listen (default 4010; 0 takes any free port)
  --host   which address to listen on (default 127.0.0.1)
  --pace   pause in milliseconds after each token it says (default 15)
  --log    prints a line for every request
`;

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    host: { type: 'string', default: '127.0.0.1' },
    pace: { type: 'string', default: '15' },
    log: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) print(usage);
else await run();

async function run(): Promise<void> {
  const model = await startScriptedModel({
    host: values.host,
    port: toNumber('port', values.port),
    paceMs: toNumber('pace', values.pace),
    onRequest: values.log ? logRequest : undefined,
  });
  print(`The scripted model listens on ${model.url} (base URL for agents: ${model.url}/v1).\n`);

  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void model.close());
}

/** Never the headers or the body: they hold a key and somebody's words. */
function logRequest({ method, path, status }: ModelRequest): void {
  print(`${new Date().toISOString()} ${method} ${path} ${status}\n`);
}

function toNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  process.stderr.write(`--${name} wants a number, not "${text}".\n\n${usage}`);
  process.exit(1);
}

function print(text: string): void {
  process.stdout.write(text);
}
