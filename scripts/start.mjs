// `npm start`: from a fresh clone to a running server, and in under three seconds when nothing changed.
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { ensureBuilt } from './setup/build.mjs';
import { checkNode, ensureInstalled } from './setup/install.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

checkNode();
await ensureInstalled(root);
await ensureBuilt(root);

process.env.NODE_ENV ??= 'production';
process.setSourceMapsEnabled(true);
process.chdir(root);
await import(pathToFileURL(path.join(root, 'main-server/dist/main.js')).href);
