// Runs what pack-app.mjs made, beside which it is put, with what V8 compiled of it at an earlier start. Node's own compile
// cache keeps what is compiled when a file is read, and of packed files nearly all is compiled later, as it is called.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** After a start, so as not to stand in its way: the thread is taken for some 150 ms, once per build. */
const keepAfterMs = 1_000;
/**
 * As Node's own of CommonJS, on the same line as the code, but strict, as the modules are of which the code was made;
 * `__import` stands for `import()`, which code that was kept has not.
 */
const head = `(function (exports, require, module, __filename, __dirname, __import) { 'use strict';`;
const importHere = (id) => import(id);
/** A folder that is not ours, or a disk that is full: the next start compiles once more. */
const expectedCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);
/** In bytes, of SHA-256. */
const sumLength = 32;

/**
 * @param entry path of the packed file to start from, which is CommonJS
 * @param name of the function that it exports, and that starts the program
 * @param compiledFolder path of the folder for what is compiled. It is named after the content of the files: V8 tells
 *   them apart by their length only.
 * @returns that function. What was compiled is kept once it has resolved, where nothing was kept yet
 */
export function loadPacked(entry, { name, compiledFolder }) {
  // Most of what is compiled runs once, and V8 would throw it away before it is kept.
  setFlagsFromString('--no-flush-bytecode');
  // V8 takes only what the same version of it compiled, under the same flags, for the same processor.
  const tag = cachedDataVersionTag();
  const folder = path.join(compiledFolder, tag.toString(16));
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
      cachedData: readKept(keptFile),
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
      // The program has changed V8's flags since: nobody could use it.
      if (cachedDataVersionTag() !== tag) return;
      await mkdir(folder, { recursive: true });
      // One after the other, since making each takes the thread for some milliseconds.
      for (const [file, script] of fresh) await replaceFile(file, withSum(script.createCachedData()));
      fresh.clear();
    } catch (error) {
      if (!expectedCodes.has(error.code)) process.emitWarning(error);
    } finally {
      setFlagsFromString('--flush-bytecode');
    }
  }

  const { [name]: start } = load(entry);
  if (fresh.size === 0) {
    setFlagsFromString('--flush-bytecode');
    return start;
  }
  return async (...given) => {
    const result = await start(...given);
    void sleep(keepAfterMs, undefined, { ref: false }).then(keepCompiled);
    return result;
  };
}

/** Programs that start at once keep the same, each in a file of its own first: nobody reads half of one. */
async function replaceFile(file, data) {
  const scratch = `${file}.${process.pid}`;
  try {
    await writeFile(scratch, data);
    await rename(scratch, file);
  } finally {
    await rm(scratch, { force: true });
  }
}

/** V8 believes what it is given: one changed byte ends the program, or runs as another one. */
function withSum(data) {
  return Buffer.concat([sumOf(data), data]);
}

/** Undefined: nothing is kept, or nothing whole. */
function readKept(file) {
  let kept;
  try {
    kept = readFileSync(file);
  } catch (error) {
    if (error.code === 'ENOENT' || expectedCodes.has(error.code)) return undefined;
    throw error;
  }
  const data = kept.subarray(sumLength);
  return sumOf(data).equals(kept.subarray(0, sumLength)) ? data : undefined;
}

function sumOf(data) {
  return createHash('sha256').update(data).digest();
}
