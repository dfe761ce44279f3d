import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const scriptedAgent = fileURLToPath(new URL('scripted-agent.mjs', import.meta.url));

const compilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2022,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  useDefineForClassFields: false,
  rewriteRelativeImportExtensions: true,
  isolatedModules: true,
};

/** One source file of the product as JavaScript, without a check of its types. */
export function transpile(source, fileName) {
  return ts.transpileModule(source, { fileName, compilerOptions }).outputText;
}

/**
 * The conversation code that pages ship, from the product's own source. `root` is the repository or a mutated copy.
 * Only JavaScript is made of it: what is drawn (.tsx) is left out.
 */
export async function loadShippedClient(root) {
  // Below node_modules, so that it finds the packages it imports.
  const target = path.join(root, 'node_modules/.cache/codex-webapp/chaos-client', String(process.pid));
  try {
    for (const folder of ['realtime', 'conversation']) {
      transpileFolder(path.join(root, 'libs/ui/src', folder), path.join(target, folder));
    }
    writeFileSync(path.join(target, 'package.json'), '{"type":"module"}\n');
    const load = (name) => import(pathToFileURL(path.join(target, 'conversation', `${name}.js`)).href);
    const [socket, store, actions, api] = await Promise.all([
      load('session-socket'),
      load('conversation-store'),
      load('conversation-actions'),
      load('conversation-api'),
    ]);
    return { ...socket, ...store, ...actions, ...api };
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function transpileFolder(source, target) {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(source)) {
    if (!/^[a-z-]+\.ts$/.test(name) || name.startsWith('use-')) continue;
    const file = path.join(source, name);
    const made = path.join(target, name.replace(/\.ts$/, '.js'));
    writeFileSync(made, transpile(readFileSync(file, 'utf8'), file));
  }
}
