// Runs what pack-app.mjs made, beside which it is put, with what V8 compiled of it at an earlier start. Node's own compile
// cache keeps what is compiled when a file is read, and of packed files nearly all is compiled later, as it is called.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { cachedDataVersionTag, setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** After what was loaded last, so as not to stand in its way: the thread is taken for some 150 ms, once per build. */
const keepAfterMs = 1_000;
/**
 * As Node's own of CommonJS, on the same line as the code, but strict, as the modules are of which the code was made;
 * `__import` stands for `import()`, which code that was kept has not.
 */
const plainHead = '(function (exports, require, module, __filename, __dirname, __import) {';
const head = `${plainHead} 'use strict';`;
/** Node's name for it, which everybody uses who changes how CommonJS is compiled. */
const compileHook = '_compile';
const importHere = (id) => import(id);
/** An `import()` as that of the file itself. */
function importFrom(file, compileAsNode) {
  const module = new Module(file);
  compileAsNode.call(module, 'module.exports = (id) => import(id);', file, 'commonjs');
  return module.exports;
}
/** Kept code has no `import()`. */
const mayImport = /\bimport\s*\(/;
/**
 * Half of what Next has compiled. Each has one `import()`, of what a configuration may name, that we know how to replace:
 * in files we do not know it could as well stand in a text.
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
  function compile(file, code, key) {
    const tag = cachedDataVersionTag();
    const keptFile = path.join(folderOf(tag), `${key}.bin`);
    const script = new Script(code, { filename: file, cachedData: readKept(keptFile) });
    if (script.cachedDataRejected !== false) {
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
      const run = format === undefined || format === 'commonjs' ? compileOther(file, code) : null;
      if (run === null) return compileAsNode.call(this, code, file, format);
      const importThere = nextRenderer.test(file) ? importFrom(file, compileAsNode) : undefined;
      const place = [createRequire(file), this, file, path.dirname(file), importThere];
      return run.call(this.exports, this.exports, ...place);
    };
  }

  /** Null: it is no CommonJS, or has an `import()`. */
  function compileOther(file, code) {
    const known = nextRenderer.test(file) ? code.replaceAll(/\bimport\(/g, '__import(') : code;
    if (mayImport.test(known)) return null;
    const key = createHash('sha256').update(`${file}\0`).update(code).digest('hex');
    try {
      return compile(file, `${plainHead}${known.replace(/^#!.*/, '')}\n})`, key);
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }

  /** Again from the start when more is loaded meanwhile. */
  function keepLater() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      void keepCompiled().finally(() => setFlagsFromString('--flush-bytecode'));
    }, keepAfterMs).unref();
  }

  async function keepCompiled() {
    try {
      // One after the other, since making each takes the thread for some milliseconds.
      for (const [file, compiled] of fresh) {
        const data = dataOf(compiled);
        if (data === null) continue;
        await mkdir(path.dirname(file), { recursive: true });
        await replaceFile(file, withSum(data));
        fresh.delete(file);
      }
    } catch (error) {
      // Not tried again: it would be held in memory until it is kept.
      fresh.clear();
      if (!expectedCodes.has(error.code)) process.emitWarning(error);
    }
  }

  keepWhatNodeLoads();
  const { [name]: start } = load(entry);
  return async (...given) => {
    const result = await start(...given);
    // Of what was compiled under the flags of a start, which may change now.
    for (const compiled of fresh.values()) compiled.data = dataOf(compiled);
    hasStarted = true;
    keepLater();
    return result;
  };
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
