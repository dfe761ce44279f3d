// Writes the OpenAPI documents of both Nest apps, so that a change of the API shows in review. With --check it only compares.
// Nest's preview mode reads the controllers and starts nothing: no database, no port.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import { format } from 'prettier';

const root = fileURLToPath(new URL('..', import.meta.url));
const documents = {
  'main-server': 'docs/openapi.json',
  'container-agent': 'docs/openapi.container-agent.json',
};
const isCheck = process.argv.includes('--check');

for (const project of ['contracts', 'nest-kit', ...Object.keys(documents)]) {
  const { status } = spawnSync(process.execPath, ['node_modules/@nestjs/cli/bin/nest.js', 'build', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}

const load = (app, file) => import(pathToFileURL(path.join(root, app, 'dist', file)).href);
const stale = [];
for (const [app, file] of Object.entries(documents)) {
  const { AppModule } = await load(app, 'app.module.js');
  const { createOpenApiDocument } = await load(app, 'openapi.js');
  const nest = await NestFactory.create(AppModule, { preview: true, logger: ['error'] });
  const text = await format(JSON.stringify(createOpenApiDocument(nest)), { parser: 'json' });
  const target = path.join(root, file);
  if (isCheck) {
    if (readText(target) !== text) stale.push(file);
  } else {
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}

if (stale.length > 0) {
  console.error(`Stale: ${stale.join(', ')}. Run: npm run sync:openapi`);
  process.exit(1);
}
process.exit(0);

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
