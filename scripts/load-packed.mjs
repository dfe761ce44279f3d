// Runs what pack-app.mjs made, beside which it is put, with what V8 compiled of it at an earlier start. Node's own compile
// cache keeps what is compiled when a file is read, and of packed files nearly all is compiled later, as it is called.
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** By then a program has mostly started. It takes its thread for some 150 ms, once per build. */
const keepAfterMs = 3_000;
/** As Node's own of CommonJS, on the same line as the code; `__import` stands for `import()`, which code that was kept has not. */
const head = '(function (exports, require, module, __filename, __dirname, __import) {';
const importHere = (id) => import(id);
/** A folder that is not ours to write to, or a disk that is full: the next start compiles once more. */
const expectedCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * @param entry path of the packed file to start from, which is CommonJS
 * @param compiledFolder path of the folder for what is compiled. It belongs to these files alone: V8 knows a file by its
 *   length only, so who makes the files anew deletes it.
 * @returns what the file exports
 */
export function loadPacked(entry, compiledFolder) {
  // Most of what is compiled runs once, and V8 would throw it away before it is kept.
  setFlagsFromString('--no-flush-bytecode');
  // V8 takes only what the same version of it compiled, under the same flags, for the same processor.
  const folder = path.join(compiledFolder, cachedDataVersionTag().toString(16));
  const modules = new Map();
  const fresh = new Map();

  function load(file) {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {}, id: file, filename: file };
    modules.set(file, module);
    const run = compile(file);
    run.call(module.exports, module.exports, requireFrom(file), module, file, path.dirname(file), importHere);
    return module.exports;
  }

  function compile(file) {
    const keptFile = path.join(folder, `${path.basename(file)}.bin`);
    const script = new Script(`${head}${readFileSync(file, 'utf8')}\n})`, {
      filename: file,
      cachedData: readIfThere(keptFile),
    });
    if (script.cachedDataRejected !== false) fresh.set(keptFile, script);
    return script.runInThisContext();
  }

  function requireFrom(file) {
    const plain = createRequire(file);
    const require = (id) =>
      id.startsWith('.') && id.endsWith('.cjs') ? load(path.resolve(path.dirname(file), id)) : plain(id);
    return Object.assign(require, plain);
  }

  async function keepCompiled() {
    try {
      await mkdir(folder, { recursive: true });
      // One after the other, since making each takes the thread for some milliseconds.
      for (const [file, script] of fresh) await replace(file, script.createCachedData());
      fresh.clear();
    } catch (error) {
      if (!expectedCodes.has(error.code)) process.emitWarning(error);
    } finally {
      setFlagsFromString('--flush-bytecode');
    }
  }

  const exports = load(entry);
  if (fresh.size === 0) setFlagsFromString('--flush-bytecode');
  else void sleep(keepAfterMs, undefined, { ref: false }).then(keepCompiled);
  return exports;
}

/** Programs that start at once keep the same, each in a file of its own first: nobody reads half of one. */
async function replace(file, data) {
  const scratch = `${file}.${process.pid}`;
  try {
    await writeFile(scratch, data);
    await rename(scratch, file);
  } finally {
    await rm(scratch, { force: true });
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
