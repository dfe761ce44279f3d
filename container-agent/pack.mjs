// Puts the built program and the packages it uses into one file, in place of dist/start-container-agent.js: Node needs
// about a second for the thousand files it would read otherwise, and every session's start would wait for it.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const here = fileURLToPath(new URL('.', import.meta.url));
const entry = path.join(here, 'dist/start-container-agent.js');
/** Nest asks for them only where they are used; native programs stay files. */
const leftOut =
  /^(@nestjs\/microservices|@nestjs\/platform-socket\.io|bufferutil|utf-8-validate|@lydell\/node-pty|file-type)(\/|$)/;
/** Decorators that do nothing: the document of the API is made from the unpacked program. */
const swaggerShim = path.join(here, '../node_modules/@nestjs/swagger/dist/extra/swagger-shim.js');

const bundle = await rolldown({
  input: entry,
  platform: 'node',
  external: (id) => leftOut.test(id),
  resolve: { alias: { '@nestjs/swagger': swaggerShim } },
  plugins: [{ name: 'own-places', load: loadWithOwnPlace }],
  logLevel: 'warn',
});
await bundle.write({ file: entry, format: 'esm', codeSplitting: false });
// Of the small file that stood here.
await rm(`${entry}.map`, { force: true });

/** Files beside a module are found from where the module was, not from where it is now. */
async function loadWithOwnPlace(id) {
  if (!id.startsWith(path.join(here, 'dist')) || !id.endsWith('.js')) return null;
  const code = await readFile(id, 'utf8');
  const place = path.relative(path.dirname(entry), id).replaceAll(path.sep, '/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`);
}
