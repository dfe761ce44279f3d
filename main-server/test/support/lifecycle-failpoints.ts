import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface LifecycleAwait {
  /** `file:line` */
  readonly where: string;
  readonly text: string;
  /** Of the failpoint that is hit next; null when there is none. */
  readonly failpoint: string | null;
}

const modules = path.resolve(import.meta.dirname, '../../src/modules');

/** What changes something on the way of a create, start, stop or remove; of some files only these methods. */
const places: Readonly<Record<string, readonly string[] | 'all'>> = {
  'containers/brief-containers.ts': ['discard'],
  'containers/container-endings.ts': 'all',
  'containers/container-failures.ts': 'all',
  'containers/container-intents.ts': 'all',
  'containers/container-reconciliation.ts': 'all',
  'containers/container-records.ts': 'all',
  'containers/container-room.ts': ['reserve', 'make', 'giveUpPooled'],
  'containers/container-sleeps.ts': ['begin', 'intend'],
  'containers/container-starter.ts': 'all',
  'containers/container-starts.ts': 'all',
  'containers/container-stops.ts': 'all',
  'containers/pooled-containers.ts': ['handOver'],
  'containers/session-containers.service.ts': [
    'create',
    'start',
    'stop',
    'restart',
    'upgrade',
    'recreate',
    'remove',
    'removeData',
    'reconcile',
  ],
  'containers/providers/process/process.provider.ts': [
    'start',
    'stop',
    'remove',
    'removeData',
    'launchProcess',
  ],
  'sessions/pool/pool-claims.ts': 'all',
  'sessions/pool/pool-keeper.ts': ['giveUp', 'lookOnce', 'make', 'list'],
  'sessions/pool/pooled-sessions.ts': 'all',
  'sessions/session-cleanup.ts': ['run'],
  'sessions/session-creation.service.ts': 'all',
  'sessions/session-removal.service.ts': 'all',
};

/** The names of all failpoints in those files, as often as they stand there. */
export function listFailpoints(): readonly string[] {
  return Object.keys(places).flatMap((file) => {
    const text = readFileSync(path.join(modules, file), 'utf8');
    return [...text.matchAll(/failpoints\.hit\('([^']+)'\)/g)].map(([, name]) => name ?? '');
  });
}

/** Every await of the lifecycle but those inside a transaction, which happens as a whole or not at all. */
export function listLifecycleAwaits(): readonly LifecycleAwait[] {
  return Object.entries(places).flatMap(([file, methods]) => {
    const text = readFileSync(path.join(modules, file), 'utf8');
    return listAwaits(file, text, methods);
  });
}

export function listAwaits(
  file: string,
  text: string,
  methods: readonly string[] | 'all',
): readonly LifecycleAwait[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: LifecycleAwait[] = [];
  const visit = (node: ts.Node): void => {
    if (isTransaction(node)) return;
    if (ts.isMethodDeclaration(node) && methods !== 'all' && !methods.includes(node.name.getText())) return;
    const isAwait =
      ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
    if (isAwait && failpointOf(statementOf(node)) === null) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const [firstLine = ''] = node.getText().split('\n');
      found.push({ where: `${file}:${line + 1}`, text: firstLine, failpoint: failpointAfter(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** A function that is given the manager of a transaction. */
function isTransaction(node: ts.Node): boolean {
  if (!ts.isFunctionLike(node)) return false;
  return node.parameters.some((parameter) => parameter.name.getText() === 'manager');
}

/** The outermost statement that holds the node and stands directly in a block. */
function statementOf(node: ts.Node): ts.Node {
  let current = node;
  while (!isBlock(current.parent)) current = current.parent;
  return current;
}

function isBlock(node: ts.Node): node is ts.Block | ts.SourceFile {
  return ts.isBlock(node) || ts.isSourceFile(node);
}

function failpointAfter(node: ts.Node): string | null {
  const statement = statementOf(node);
  if (!isBlock(statement.parent)) return null;
  const { statements } = statement.parent;
  const next = statements[statements.indexOf(statement as ts.Statement) + 1];
  return next === undefined ? null : failpointOf(next);
}

/** The name in `await this.failpoints.hit('name');`. */
function failpointOf(statement: ts.Node): string | null {
  const name = /^await this\.failpoints\.hit\('([a-z.-]+)'\);$/.exec(statement.getText())?.[1];
  return name ?? null;
}
