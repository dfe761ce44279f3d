// Puts a built Nest app and the packages it uses into a few files, in place of the file it starts from: Node needs one to
// two seconds for the thousands of files it would read otherwise, and every start would wait for it.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** Beside the entry; holds the packages. */
const packagesFolder = 'packages';

/**
 * In bytes. A larger file is not read faster, and costs memory that never comes back: once it has freed a block of ten
 * megabytes, malloc gives back nothing smaller than twice as much.
 */
const fileMaxSize = 600_000;

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
    plugins: [{ name: 'own-places', load: (id) => loadWithOwnPlace(id, folder) }],
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: path.basename(entry),
    chunkFileNames: `${packagesFolder}/[name].js`,
    codeSplitting: { groups: [{ name: 'packages', test: /\/node_modules\//, maxSize: fileMaxSize }] },
    // Packages in different files need each other, both ways.
    strictExecutionOrder: true,
    keepNames: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  assertOwnCodeTogether(output, folder);
  await rm(path.join(folder, packagesFolder), { recursive: true, force: true });
  await mkdir(path.join(folder, packagesFolder));
  for (const { fileName, code } of output)
    await writeFile(path.join(folder, fileName), toAscii(withPlainHttp(code)));
  // Of the small file that stood here.
  await rm(`${entry}.map`, { force: true });
}

/** What `loadWithOwnPlace` relies on. */
function assertOwnCodeTogether(output, folder) {
  const strayed = output
    .filter(({ isEntry }) => !isEntry)
    .flatMap(({ moduleIds }) => moduleIds)
    .filter((id) => id.startsWith(`${folder}${path.sep}`));
  if (strayed.length > 0) throw new Error(`Not in the file the app starts from: ${strayed.join(', ')}`);
}

/**
 * V8 holds a file in two bytes for each character, for as long as it runs, unless all of it is ASCII. Done to what is
 * written: the packer prints anew what a plugin gives it, without the escapes.
 */
function toAscii(code) {
  if (/\\[^\0-\x7f]/.test(code))
    throw new Error('A character behind a backslash cannot be written as its number.');
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Importing `http` reads all it exports, and one of them, WebSocket, makes Node load its whole HTTP client of `fetch`:
 * a tenth of the start of a container. Asked for in this way it is loaded by the first `fetch`.
 */
function withPlainHttp(code) {
  return code.replaceAll(
    /^import (?:\* as ([\w$]+)|\{([^}]*)\}) from "((?:node:)?http)";$/gm,
    (_, whole, names, id) => {
      const target = whole ?? `{${names.replaceAll(' as ', ': ')}}`;
      return `const ${target} = process.getBuiltinModule("${id}");`;
    },
  );
}

/** Files beside a module are found from where the module was, not from where it is now. */
async function loadWithOwnPlace(id, folder) {
  if (!id.startsWith(`${folder}${path.sep}`) || !id.endsWith('.js')) return null;
  const code = await readFile(id, 'utf8');
  const place = path.relative(folder, id).replaceAll(path.sep, '/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`);
}
