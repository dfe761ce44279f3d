#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { DokploySimulator } from './dokploy-simulator.ts';

const usage = `Usage: dokploy-simulator --image NAME=FILE [--port 3999] [--host 127.0.0.1] [--key KEY]

  --image  an image, and the Node program its containers run; may be given several times
  --port   where to listen (default 3999; 0 takes any free port)
  --host   which address to listen on (default 127.0.0.1)
  --key    the API key to accept (default simulated-key)
`;

const { values } = parseArgs({
  options: {
    image: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '3999' },
    host: { type: 'string', default: '127.0.0.1' },
    key: { type: 'string', default: 'simulated-key' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.image.length === 0) process.stdout.write(usage);
else await run();

async function run(): Promise<void> {
  const images = Object.fromEntries(
    values.image.map((given) => {
      const [name = '', entryFile = ''] = given.split('=');
      return [name, { program: { entryFile } }];
    }),
  );
  const simulator = await DokploySimulator.start({
    host: values.host,
    port: Number(values.port),
    apiKey: values.key,
    images,
  });
  process.stdout.write(`Dokploy is simulated on ${simulator.url}; its API key is ${values.key}.\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator[Symbol.asyncDispose]());
  }
}
