// Puts a built Nest app and the packages it uses into a few files, in place of the file it starts from: Node needs one to
// two seconds for the thousands of files it would read otherwise, and every start would wait for it.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rolldown } from 'rolldown';

/** Beside the entry; holds the packages, what runs them all, and what is compiled of them. */
const packedFolder = 'packed';

/**
 * In bytes. A larger file is not read faster, and costs memory that never comes back: once it has freed a block of ten
 * megabytes, malloc gives back nothing smaller than twice as much.
 */
const fileMaxSize = 600_000;

/**
 * @param options.entry the built file the app starts from; one that runs the packed ones takes its place
 * @param options.start the function that it exports, and that starts the app
 * @param options.leftOut packages that stay files: native ones, and those that are asked for only where they are used
 * @param options.alias packages in whose place another file is taken
 */
export async function packApp({ entry, start, leftOut, alias = {} }) {
  const folder = path.dirname(entry);
  const packedEntry = `${path.basename(entry, '.js')}.cjs`;
  const bundle = await rolldown({
    input: entry,
    platform: 'node',
    external: (id) => leftOut.test(id),
    resolve: { alias },
    plugins: [{ name: 'own-places', load: (id) => loadWithOwnPlace(id, folder) }],
    logLevel: 'warn',
  });
  const { output } = await bundle.generate({
    // What V8 has compiled of it can be kept (load-packed.mjs), which Node does for no module of the other kind.
    format: 'cjs',
    entryFileNames: packedEntry,
    chunkFileNames: `${packedFolder}/[name].cjs`,
    codeSplitting: { groups: [{ name: 'packages', test: /\/node_modules\//, maxSize: fileMaxSize }] },
    // Packages in different files need each other, both ways.
    strictExecutionOrder: true,
    keepNames: true,
    comments: { legal: true, annotation: false, jsdoc: false },
  });
  assertOwnCodeTogether(output, folder);
  // With what was compiled of the files before.
  await rm(path.join(folder, packedFolder), { recursive: true, force: true, maxRetries: 3 });
  await mkdir(path.join(folder, packedFolder), { recursive: true });
  const files = output.map(({ fileName, code }) => ({ fileName, code: toAscii(withImport(code)) }));
  for (const { fileName, code } of files) await writeFile(path.join(folder, fileName), code);
  await copyFile(
    new URL('load-packed.mjs', import.meta.url),
    path.join(folder, packedFolder, 'load-packed.mjs'),
  );
  await writeFile(entry, toStarter(packedEntry, start, hashOf(files)));
  // Of the small file that stood here.
  await rm(`${entry}.map`, { force: true });
}

/** A program that still runs when the files are made anew keeps what it compiled for itself alone. */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const { fileName, code } of files) hash.update(`${fileName}\0${code.length}\0`).update(code);
  return hash.digest('hex').slice(0, 16);
}

function toStarter(packedEntry, start, hash) {
  return `import { fileURLToPath } from 'node:url';
import { loadPacked } from './${packedFolder}/load-packed.mjs';

const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
export const ${start} = loadPacked(pathOf('${packedEntry}'), {
  name: '${start}',
  compiledFolder: pathOf('${packedFolder}/compiled/${hash}'),
});
`;
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

/** As load-packed.mjs gives it. What TypeORM makes a function of, for the files of others, is left. */
function withImport(code) {
  return code.replaceAll(/(?<![.\w$]|"return filePath => )\bimport\(/g, '__import(');
}

/** Files beside a module are found from where the module was, not from where it is now. */
async function loadWithOwnPlace(id, folder) {
  if (!id.startsWith(`${folder}${path.sep}`) || !id.endsWith('.js')) return null;
  const code = await readFile(id, 'utf8');
  const place = path.relative(folder, id).replaceAll(path.sep, '/');
  return code.replaceAll('import.meta.url', `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`);
}
