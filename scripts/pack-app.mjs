// Puts a built Nest app and the packages it uses into one file, in place of the file it starts from: Node needs one to
// two seconds for the thousands of files it would read otherwise, and every start would wait for it.
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';

/**
 * @param options.entry the built file the app starts from; it is replaced
 * @param options.leftOut packages that stay files: native ones, and those that are asked for only where they are used
 * @param options.alias packages in whose place another file is taken
 */
export async function packApp({ entry, leftOut, alias = {} }) {
  const folder = path.dirname(entry);
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external: (id) => leftOut.test(id),
    resolve: { alias },
    plugins: [
      { name: 'own-places', load: (id) => loadWithOwnPlace(id, folder) },
      { name: 'one-byte', renderChunk: toOneByteText },
    ],
    logLevel: 'warn',
  });
  await bundle.write({ file: entry, format: 'esm', codeSplitting: false, keepNames: true });
  // Of the small file that stood here.
  await rm(`${entry}.map`, { force: true });
}

/** V8 holds a program with one character beyond Latin-1 in two bytes for each: 10 MB more, for as long as it runs. */
function toOneByteText(code) {
  if (/\\[^\0-\xff]/.test(code))
    throw new Error('A character behind a backslash cannot be written as its number.');
  return code.replaceAll(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Files beside a module are found from where the module was, not from where it is now. */
async function loadWithOwnPlace(id, folder) {
  if (!id.startsWith(`${folder}${path.sep}`) || !id.endsWith('.js')) return null;
  const code = await readFile(id, 'utf8');
  const place = path.relative(folder, id).replaceAll(path.sep, '/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`);
}
