// Runs what pack-app.mjs made, beside which it is put, and the CommonJS packages that stayed files, with what V8 compiled
// of them at an earlier start. Node's own compile cache keeps what is compiled when a file is read, and of packed files
// nearly all is compiled later, as it is called.
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** After what was compiled last, so as not to stand in the program's way: making what is kept takes the thread. */
const keepAfterMs = 1_000;
/** As Node's own of CommonJS, on the same line as the code; `__import` stands for `import()`, which kept code has not. */
const plainHead = '(function (exports, require, module, __filename, __dirname, __import) {';
/** Strict, as the modules are of which the packed code was made. */
const head = `${plainHead} 'use strict';`;
/** With which Node compiles each CommonJS file: what compile caches and transpilers replace. */
const compileHook = '_compile';
const importHere = (id) => import(id);
/** Which kept code has not. */
const importCall = /\bimport\s*\(/;
/**
 * Half of what Next compiles. Each has one `import()`, of what a configuration may name. Elsewhere the same could stand in
 * a text, so other files with one are left to Node.
 */
const nextRenderer = /[\\/]next[\\/]dist[\\/]compiled[\\/]next-server[\\/][\w-]+\.runtime\.prod\.js$/;
/** A folder that is not ours, or a disk that is full: the next start compiles once more. */
const expectedCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);
/** In bytes, of SHA-256. */
const sumLength = 32;

/**
 * @param entry path of the packed file to start from, which is CommonJS
 * @param name of the function that it exports, and that starts the program
 * @param compiledFolder path of the folder for what is compiled. It is named after the content of the files: V8 tells
 *   them apart by their length only.
 * @returns that function. What was compiled is kept once it has resolved, also of the CommonJS packages that stayed
 *   files and that Node loads itself, Next say
 */
export function loadPacked(entry, { name, compiledFolder }) {
  // Most of what is compiled runs once, and V8 would throw it away before it is kept.
  setFlagsFromString('--no-flush-bytecode');
  const modules = new Map();
  const fresh = new Map();
  let hasStarted = false;
  let timer;
  let keeping = Promise.resolve();
  let mayKeep = true;
  // V8 takes only what the same version of it compiled, under the same flags, for the same processor.
  const folderOf = (tag) => path.join(compiledFolder, tag.toString(16));

  function load(file) {
    const known = modules.get(file);
    if (known) return known.exports;
    const module = { exports: {}, id: file, filename: file };
    modules.set(file, module);
    const run = compile(file, `${head}${readFileSync(file, 'utf8')}\n})`, path.basename(file));
    run.call(module.exports, module.exports, requireFrom(file), module, file, path.dirname(file), importHere);
    return module.exports;
  }

  /** @param key under which what is compiled of this very code is kept */
  function compile(file, code, key, columnOffset = 0) {
    const tag = cachedDataVersionTag();
    const keptFile = path.join(folderOf(tag), `${key}.bin`);
    const script = new Script(code, { filename: file, cachedData: readKept(keptFile), columnOffset });
    if (mayKeep && script.cachedDataRejected !== false) {
      fresh.set(keptFile, { script, tag, data: null });
      if (hasStarted) keepLater();
    }
    return script.runInThisContext();
  }

  function requireFrom(file) {
    const plain = createRequire(file);
    const require = (id) =>
      id.startsWith('.') && id.endsWith('.cjs') ? load(path.resolve(path.dirname(file), id)) : plain(id);
    return Object.assign(require, plain);
  }

  /** CommonJS of packages that stayed files. Node keeps what is compiled by itself from 22.1 on, and less of it. */
  function keepWhatNodeLoads() {
    const compileAsNode = Module.prototype[compileHook];
    Module.prototype[compileHook] = function (code, file, format) {
      const run = format === undefined || format === 'commonjs' ? compilePackageFile(file, code) : null;
      if (run === null) return compileAsNode.call(this, code, file, format);
      const require = Object.assign((id) => this.require(id), createRequire(file));
      const importThere = nextRenderer.test(file) ? importFrom(file, compileAsNode) : undefined;
      return run.call(this.exports, this.exports, require, this, file, path.dirname(file), importThere);
    };
  }

  /** Null: it is no CommonJS, or has an `import()`. */
  function compilePackageFile(file, code) {
    const callable = nextRenderer.test(file) ? code.replaceAll(/\bimport\(/g, '__import(') : code;
    if (importCall.test(callable)) return null;
    const key = createHash('sha256').update(`${file}\0`).update(code).digest('hex');
    try {
      return compile(file, `${plainHead}${callable.replace(/^#!.*/, '')}\n})`, key, -plainHead.length);
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Again from the start when more is loaded meanwhile. */
  function keepLater() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      keeping = keeping.then(keepCompiled);
    }, keepAfterMs).unref();
  }

  async function keepCompiled() {
    try {
      // One after the other, since making each takes the thread for some milliseconds.
      for (const [file, compiled] of fresh) {
        const data = dataOf(compiled);
        fresh.delete(file);
        if (data === null) continue;
        await mkdir(path.dirname(file), { recursive: true });
        await replaceFile(file, withSum(data));
      }
    } catch (error) {
      keepNoMore(error);
    } finally {
      setFlagsFromString('--flush-bytecode');
    }
  }

  /** What was not kept would be held in memory until it is. */
  function keepNoMore(error) {
    mayKeep = false;
    fresh.clear();
    if (!expectedCodes.has(error.code)) process.emitWarning(error);
  }

  keepWhatNodeLoads();
  const { [name]: start } = load(entry);
  return async (...given) => {
    const result = await start(...given);
    try {
      assertWritable(compiledFolder);
      // Of what was compiled under the flags of a start, which may change now.
      for (const compiled of fresh.values()) compiled.data = dataOf(compiled);
    } catch (error) {
      keepNoMore(error);
    }
    hasStarted = true;
    keepLater();
    return result;
  };
}

/** Before anything is made that could not be kept. */
function assertWritable(folder) {
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
}

/** An `import()` that resolves as the file's own would. */
function importFrom(file, compileAsNode) {
  const module = new Module(file);
  compileAsNode.call(module, 'module.exports = (id) => import(id);', file, 'commonjs');
  return module.exports;
}

/** Null: V8's flags are others now, and nobody could use it. */
function dataOf({ script, tag, data }) {
  return data ?? (cachedDataVersionTag() === tag ? script.createCachedData() : null);
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
