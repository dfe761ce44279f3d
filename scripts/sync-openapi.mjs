// Writes the OpenAPI documents of both Nest apps, so that a change of the API shows in review. With --check it only compares.
// Nest's preview mode reads the controllers and starts nothing: no database, no port.
// Builds into a folder of its own: the apps' `dist` may be in use, and deleting it would pull it away under them.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

for (const library of ['contracts', 'nest-kit']) runNest(library);

const stale = [];
for (const [app, file] of Object.entries(documents)) {
  const built = buildApp(app);
  const { AppModule } = await load(built, 'app.module.js');
  const { createOpenApiDocument } = await load(built, 'openapi.js');
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

/**
 * Built by Nest's own tool, whose plugin puts the types and comments of the DTOs into the document, and below the app, so
 * that what is built finds its packages.
 */
function buildApp(app) {
  const folder = path.join(root, app, 'node_modules/.cache/openapi');
  const config = path.join(folder, 'tsconfig.json');
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(root, app, 'package.json'), path.join(folder, 'package.json'));
  writeFileSync(
    config,
    JSON.stringify({
      extends: path.relative(folder, path.join(root, app, 'tsconfig.build.json')),
      compilerOptions: { outDir: './dist', tsBuildInfoFile: './dist/.tsbuildinfo', sourceMap: false },
    }),
  );
  runNest(app, '--path', path.relative(root, config));
  return path.join(folder, 'dist');
}

function runNest(project, ...options) {
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/@nestjs/cli/bin/nest.js', 'build', project, ...options],
    { cwd: root, stdio: 'inherit' },
  );
  if (status !== 0) process.exit(1);
}

function load(folder, file) {
  return import(pathToFileURL(path.join(folder, file)).href);
}

function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
