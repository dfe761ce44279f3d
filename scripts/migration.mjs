// `npm run migration:generate -- add-session-archived-at` compares the entities with the database and writes the difference;
// `npm run migration:run` applies what is pending. Read a generated migration before committing it.
import { spawnSync } from 'node:child_process';
import { readdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = 'main-server/src/database/migrations';
const dataSource = 'main-server/dist/database/data-source.js';
const [verb, name] = process.argv.slice(2);

function node(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function typeorm(...args) {
  node('--enable-source-maps', 'node_modules/typeorm/cli.js', ...args, '-d', dataSource);
}

function build() {
  for (const project of ['contracts', 'nest-kit', 'main-server'])
    node('node_modules/@nestjs/cli/bin/nest.js', 'build', project);
}

if (verb === 'run') {
  build();
  typeorm('migration:run');
} else if (verb === 'generate') {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name ?? '')) {
    console.error(
      'Say what the migration does, in kebab-case: npm run migration:generate -- add-session-archived-at',
    );
    process.exit(1);
  }
  build();
  const now = new Date();
  typeorm('migration:generate', `${folder}/${name}`, '--timestamp', String(now.getTime()));
  const generated = readdirSync(path.join(root, folder)).find((file) =>
    file.startsWith(String(now.getTime())),
  );
  const readable = `${now.toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}-${name}.ts`;
  renameSync(path.join(root, folder, generated), path.join(root, folder, readable));
  node('node_modules/prettier/bin/prettier.cjs', '--write', `${folder}/${readable}`);
} else {
  console.error('One of: generate <name>, run');
  process.exit(1);
}
