// TypeORM gives SQLite one connection: a write outside the queue can join a stranger's transaction and vanish with its rollback.
// So a write must go through an EntityManager that the write queue handed out:
//   - the parameter of a callback given to `writeQueue.run(...)`, or
//   - a parameter of type EntityManager, which its caller can only have got there, because nothing else may
//     take a manager out of TypeORM or have one injected.
// This follows types, not names: renaming a repository or destructuring `save` does not get around it.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.resolve(process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url)));
const server = path.join(root, 'main-server');
const queueFile = 'src/database/write-queue.ts';
const exempt = [
  /^src\/database\/write-(queue|batch)\.ts$/,
  // Reads only: the statement is put together there, and starts with SELECT.
  /^src\/database\/find-rows\.ts$/,
  /^src\/database\/migrations\//,
  /\.spec\.ts$/,
  /^test\//,
];

const writes = new Set(
  'save insert update updateAll delete deleteAll remove upsert softDelete softRemove restore recover increment decrement clear truncate'.split(
    ' ',
  ),
);
const neverOutsideTheQueue = new Set(['transaction', 'createQueryRunner', 'startTransaction']);
// They open a transaction of their own, which SQLite refuses within the one of the queue.
const ownTransaction = new Set(['save', 'remove', 'softRemove', 'recover']);
const managerSources = new Set(['manager', 'createEntityManager', 'entityManager']);
const typeormTypes =
  /^(EntityManager|Repository|TreeRepository|BaseEntity|DataSource|QueryRunner|\w*QueryRunner|\w*QueryBuilder|ActiveRecord\w*)$/;

const configPath = path.join(server, 'tsconfig.json');
const config = ts.parseJsonConfigFileContent(
  ts.readConfigFile(configPath, (file) => ts.sys.readFile(file)).config,
  ts.sys,
  server,
);
const program = ts.createProgram(config.fileNames, { ...config.options, noEmit: true });
const checker = program.getTypeChecker();
const problems = [];

for (const file of program.getSourceFiles()) {
  const relative = path.relative(server, file.fileName).split(path.sep).join('/');
  if (file.isDeclarationFile || relative.startsWith('..') || exempt.some((pattern) => pattern.test(relative)))
    continue;
  visit(file, relative);
}

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);

function visit(node, relative) {
  if (ts.isPropertyAccessExpression(node)) checkAccess(node, node.name.text, node.name, relative);
  else if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    checkAccess(node, node.argumentExpression.text, node.argumentExpression, relative);
  } else if (ts.isBindingElement(node)) checkDestructured(node, relative);
  else if (ts.isConstructorDeclaration(node)) checkInjected(node, relative);
  ts.forEachChild(node, (child) => visit(child, relative));
}

function checkAccess(node, name, nameNode, relative) {
  const isWrite = writes.has(name);
  const isQuery = name === 'query';
  if (!isWrite && !isQuery && !neverOutsideTheQueue.has(name) && !managerSources.has(name)) return;
  const owner = checker.getTypeAtLocation(node.expression);
  if (!isTypeormMember(checker.getSymbolAtLocation(nameNode) ?? owner.getProperty(name))) return;
  if (neverOutsideTheQueue.has(name))
    report(node, relative, `${name}: only the write queue opens transactions`);
  else if (ownTransaction.has(name)) report(node, relative, `${name}: use insert, update, upsert or delete`);
  else if (managerSources.has(name)) {
    if (!comesFromQueue(node.expression))
      report(node, relative, `${name}: take the manager from writeQueue.run(async (manager) => …)`);
  } else if (isQuery && isReadingQuery(node.parent)) return;
  else if (!comesFromQueue(node.expression)) {
    report(node, relative, `${name}: write inside writeQueue.run(async (manager) => …), through its manager`);
  }
}

/** `const { save } = repository` hides the receiver, so a write taken out of TypeORM this way is refused altogether. */
function checkDestructured(node, relative) {
  const name = (node.propertyName ?? node.name).text;
  const isInteresting =
    writes.has(name) || name === 'query' || neverOutsideTheQueue.has(name) || managerSources.has(name);
  if (!isInteresting || !ts.isObjectBindingPattern(node.parent)) return;
  const member = checker.getTypeAtLocation(node.parent).getProperty(name);
  if (isTypeormMember(member)) report(node, relative, `${name}: call it on the manager of writeQueue.run`);
}

function checkInjected(node, relative) {
  for (const parameter of node.parameters) {
    if (isTypeNamed(checker.getTypeAtLocation(parameter), 'EntityManager')) {
      report(parameter, relative, 'EntityManager: inject the WriteQueue instead');
    }
  }
}

/** Follows the chain `manager.getRepository(X).createQueryBuilder()…` to its first name, through constants. */
function comesFromQueue(expression, depth = 0) {
  let current = expression;
  for (;;) {
    if (ts.isPropertyAccessExpression(current) || ts.isElementAccessExpression(current))
      current = current.expression;
    else if (ts.isCallExpression(current)) current = current.expression;
    else if (
      ts.isParenthesizedExpression(current) ||
      ts.isNonNullExpression(current) ||
      ts.isAwaitExpression(current)
    ) {
      current = current.expression;
    } else break;
  }
  if (!ts.isIdentifier(current) || depth > 8) return false;
  const declaration = checker.getSymbolAtLocation(current)?.valueDeclaration;
  if (declaration === undefined) return false;
  if (ts.isParameter(declaration)) {
    if (ts.isConstructorDeclaration(declaration.parent)) return false;
    return (
      isTypeNamed(checker.getTypeAtLocation(declaration), 'EntityManager') ||
      isQueueCallback(declaration.parent)
    );
  }
  const isConstant =
    ts.isVariableDeclaration(declaration) && (declaration.parent.flags & ts.NodeFlags.Const) !== 0;
  return (
    isConstant && declaration.initializer !== undefined && comesFromQueue(declaration.initializer, depth + 1)
  );
}

function isQueueCallback(callback) {
  const call = callback.parent;
  if (!ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) return false;
  if (call.expression.name.text !== 'run') return false;
  const declaration = checker.getSymbolAtLocation(call.expression.name)?.valueDeclaration;
  return (
    declaration !== undefined && declaration.getSourceFile().fileName.endsWith(`main-server/${queueFile}`)
  );
}

/** Raw SQL is a read only if it is written out in place and says so first. */
function isReadingQuery(call) {
  if (!ts.isCallExpression(call)) return false;
  const [sql] = call.arguments;
  if (sql === undefined) return false;
  const isText = ts.isStringLiteralLike(sql) || ts.isTemplateExpression(sql);
  const text = isText ? sql.getText().slice(1) : '';
  return (
    /^\s*(select|explain|pragma|with)\b/i.test(text) &&
    !/\b(insert|update|delete|replace|drop|alter|create)\s/i.test(text)
  );
}

function isTypeormMember(symbol) {
  return (symbol?.declarations ?? []).some((declaration) => {
    const owner = declaration.parent;
    const isOwned = ts.isClassDeclaration(owner) || ts.isInterfaceDeclaration(owner);
    return isOwned && isFromTypeorm(declaration) && typeormTypes.test(owner.name?.text ?? '');
  });
}

function isTypeNamed(type, name) {
  const types = type.isUnionOrIntersection() ? type.types : [type];
  return types.some(
    (one) => one.symbol?.name === name && (one.symbol.declarations ?? []).some(isFromTypeorm),
  );
}

function isFromTypeorm(declaration) {
  return declaration.getSourceFile().fileName.includes('/node_modules/typeorm/');
}

function report(node, relative, message) {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  problems.push(`main-server/${relative}:${line + 1}:${character + 1} ${message}`);
}
