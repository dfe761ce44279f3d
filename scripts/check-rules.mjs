// Proves that every rule of lint, layers and writes can turn red: plants one violation of each in a small copy of the tree,
// runs each tool once over all of them and compares. A rule that stopped matching (a renamed folder, a new tool) fails here.
// Files named ok-* are the allowed twins: a complaint about one fails as well.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(path.join(tmpdir(), 'check-rules-'));
const modules = 'main-server/src/modules';
const providers = `${modules}/containers/providers`;
const ui = 'container-agent/ui/src';

/** What the planted files import. */
const scenery = {
  'libs/contracts/src/index.ts': 'export const limit = 1;\n',
  'libs/contracts/src/auth/index.ts': 'export const auth = 1;\n',
  'libs/nest-kit/src/index.ts': 'export const kit = 1;\n',
  'libs/nest-kit/src/testing/index.ts': 'export const testing = 1;\n',
  'libs/ui/src/index.ts': 'export const ui = 1;\n',
  'main-server/src/scenery.ts': 'export const x = 1;\n',
  'container-agent/src/scenery.ts': 'export const x = 1;\n',
  [`${ui}/scenery.ts`]: 'export const x = 1;\n',
  'web/scenery.ts': 'export const x = 1;\n',
  'main-server/test/factories/build-session.ts': 'export const x = 1;\n',
  'main-server/src/cycle-b.ts': "import './cycle-a.ts';\n",
  [`${modules}/a/a.service.ts`]: 'export const x = 1;\n',
  [`${modules}/a/a.controller.ts`]: 'export const x = 1;\n',
  [`${modules}/a/a.entity.ts`]: 'export const x = 1;\n',
  [`${modules}/a/dto/create-a.dto.ts`]: 'export const x = 1;\n',
  [`${providers}/container-provider.ts`]: 'export const x = 1;\n',
  'web/app/home.tsx': 'export const x = 1;\n',
  'web/features/sessions/index.ts': 'export const x = 1;\n',
  'web/features/sessions/inside.ts': 'export const x = 1;\n',
  [`${ui}/features/files/inside.ts`]: 'export const x = 1;\n',
  'main-server/src/database/write-queue.ts': `import type { EntityManager } from 'typeorm';
export class WriteQueue {
  run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return work(undefined as unknown as EntityManager);
  }
}
`,
};

const imports = (...specifiers) => specifiers.map((specifier) => `import '${specifier}';\n`).join('');

/** file → [rule that must complain, content] */
const layers = {
  'main-server/src/cycle-a.ts': ['no-cycle', imports('./cycle-b.ts')],
  'main-server/src/deep.ts': ['resolvable', imports('@codex-webapp/contracts/auth/inside')],
  'main-server/src/undeclared.ts': ['declared-dependency', imports('send')],
  'main-server/src/path.ts': ['no-path-into-a-library', imports('../../libs/contracts/src/index.ts')],
  'libs/contracts/src/nest.ts': ['contracts-only-zod', imports('@nestjs/common')],
  'libs/contracts/src/node.ts': ['contracts-only-zod', imports('node:fs')],
  'libs/contracts/src/ok-zod.ts': [null, imports('zod', './index.ts')],
  'libs/nest-kit/src/orm.ts': ['nest-kit-only-contracts-and-nest', imports('typeorm')],
  'libs/nest-kit/src/ok-kit.ts': [null, imports('@nestjs/common', '@codex-webapp/contracts/auth')],
  'libs/ui/src/server.ts': ['ui-without-server', imports('@codex-webapp/nest-kit')],
  'libs/contracts/src/app.ts': ['library-without-app', imports('../../../main-server/src/scenery.ts')],
  'main-server/src/agent.ts': ['app-without-other-app', imports('../../container-agent/src/scenery.ts')],
  'container-agent/src/server.ts': ['app-without-other-app', imports('../../main-server/src/scenery.ts')],
  'web/server.ts': ['app-without-other-app', imports('../main-server/src/scenery.ts')],
  [`${ui}/web.ts`]: ['app-without-other-app', imports('../../../web/scenery.ts')],
  [`${ui}/agent.ts`]: ['app-without-other-app', imports('../../src/scenery.ts')],
  'container-agent/src/ui.ts': ['agent-without-its-ui', imports('../ui/src/scenery.ts')],
  'web/kit.ts': ['browser-without-server-library', imports('@codex-webapp/nest-kit')],
  'web/features/admin/route.ts': ['feature-without-routes', imports('../../app/home.tsx')],
  'web/lib/feature.ts': ['lib-without-features', imports('../features/sessions/index.ts')],
  'web/features/admin/feature.ts': ['feature-without-feature-inside', imports('../sessions/inside.ts')],
  'web/features/admin/ok-feature.ts': [null, imports('../sessions/index.ts')],
  [`${ui}/features/git/feature.ts`]: ['feature-without-feature-inside', imports('../files/inside.ts')],
  [`${modules}/a/b.controller.ts`]: ['controller-asks-a-service', imports('./a.entity.ts')],
  [`${modules}/a/ok-c.controller.ts`]: [null, imports('./a.service.ts')],
  [`${modules}/a/b.gateway.ts`]: ['controller-asks-a-service', imports('typeorm')],
  [`${modules}/a/http.service.ts`]: ['service-without-transport', imports('express')],
  [`${modules}/a/socket.service.ts`]: ['service-without-transport', imports('ws')],
  [`${modules}/a/up.service.ts`]: ['service-without-transport', imports('./a.controller.ts')],
  [`${modules}/a/b.mapper.ts`]: ['below-a-service', imports('./a.service.ts')],
  [`${modules}/b/table.service.ts`]: ['module-without-module-inside', imports('../a/a.entity.ts')],
  [`${modules}/b/shape.ts`]: ['module-without-module-inside', imports('../a/dto/create-a.dto.ts')],
  [`${modules}/b/ok-service.ts`]: [null, imports('../a/a.service.ts')],
  [`${modules}/b/provider.ts`]: [
    'providers-inside-containers',
    imports('../containers/providers/container-provider.ts'),
  ],
  [`${modules}/containers/ok-provider.ts`]: [null, imports('./providers/container-provider.ts')],
  [`${modules}/containers/docker.ts`]: ['dockerode-inside-its-provider', imports('dockerode')],
  [`${providers}/docker/ok-docker.ts`]: [null, imports('dockerode')],
  'main-server/src/common/module.ts': ['foundation-without-modules', imports('../modules/a/a.service.ts')],
  'main-server/src/database/module.ts': ['foundation-without-modules', imports('../modules/a/a.entity.ts')],
  'container-agent/src/spawn.ts': ['child-process-in-one-place', imports('node:child_process')],
  [`${modules}/a/spawn.ts`]: ['child-process-in-one-place', imports('child_process')],
  'container-agent/src/process/ok-spawn.ts': [null, imports('node:child_process')],
  [`${providers}/process/ok-spawn.ts`]: [null, imports('node:child_process')],
  'main-server/src/factory.ts': ['test-code-stays-in-tests', imports('../test/factories/build-session.ts')],
  'main-server/src/testing.ts': ['test-code-stays-in-tests', imports('@codex-webapp/nest-kit/testing')],
};

const env = 'export const env = process.env.HOME;\n';
const typeOnly =
  "import { Clock } from './clock.ts';\nexport const now = (clock: Clock): number => clock.now();\n";
const validator = "import { Length } from 'class-validator';\nexport const x = Length;\n";
const zod = "import { z } from 'zod';\nexport const x = z.string();\n";
const lint = {
  'main-server/src/lint/console.ts': ['no-console', "console.log('x');\n"],
  'scripts/ok-console.mjs': [null, "console.log('x');\n"],
  'main-server/src/lint/any.ts': ['no-explicit-any', 'export const f = (x: any): string => String(x);\n'],
  'main-server/src/lint/long.ts': ['max-lines', 'export const x = 1;\n' + '// x\n'.repeat(401)],
  'main-server/src/lint/ok-long.spec.ts': [null, 'export const x = 1;\n' + '// x\n'.repeat(401)],
  'web/lib/default.ts': ['no-default-export', 'export default 1;\n'],
  'web/app/sessions/page.tsx': [null, 'export default function Page(): null {\n  return null;\n}\n'],
  'main-server/src/lint/promise.ts': [
    'no-floating-promises',
    'const f = async (): Promise<void> => {};\nexport const g = (): void => {\n  f();\n};\n',
  ],
  'main-server/src/lint/switch.ts': [
    'switch-exhaustiveness-check',
    "export const f = (x: 'a' | 'b'): void => {\n  switch (x) {\n    case 'a':\n      f(x);\n  }\n};\n",
  ],
  'main-server/src/lint/nested.ts': [
    'no-nested-ternary',
    'export const f = (x: number): number => (x > 1 ? 1 : x > 0 ? 2 : 3);\n',
  ],
  'libs/contracts/src/type-only.ts': ['consistent-type-imports', typeOnly],
  'libs/contracts/src/clock.ts': [null, 'export interface Clock {\n  now(): number;\n}\n'],
  'web/lib/type-only.ts': ['consistent-type-imports', typeOnly],
  'web/lib/clock.ts': [null, 'export interface Clock {\n  now(): number;\n}\n'],
  'main-server/src/lint/ok-type-only.ts': [null, typeOnly],
  'main-server/src/lint/clock.ts': [null, 'export class Clock {\n  now(): number {\n    return 1;\n  }\n}\n'],
  'main-server/src/lint/env.ts': ['no-process-env', env],
  'main-server/src/lint/env-import.ts': [
    'no-restricted-imports',
    "import { env } from 'node:process';\nexport const x = env;\n",
  ],
  'main-server/src/lint/ok-docker.config.ts': [null, env],
  'web/lib/env.ts': [null, env],
  'web/lib/other-env.ts': ['no-process-env', env],
  'main-server/src/database/data-source.ts': [null, env],
  'main-server/src/lint/validator.ts': ['no-restricted-imports', validator],
  'main-server/src/lint/dto/ok-validator.dto.ts': [null, validator],
  'main-server/src/lint/dto/zod.dto.ts': ['no-restricted-imports', zod],
  'main-server/src/lint/ok-zod.ts': [null, zod],
  'main-server/src/lint/forward.ts': [
    'no-restricted-imports',
    "import { forwardRef } from '@nestjs/common';\nexport const x = forwardRef;\n",
  ],
  'main-server/src/lint/process.ts': [
    'no-restricted-imports',
    "import { env } from 'process';\nexport const x = env;\n",
  ],
  'main-server/src/lint/deep.ts': ['no-restricted-imports', imports('@codex-webapp/contracts/src/index.ts')],
  'main-server/src/lint/dto/deep.dto.ts': ['no-restricted-imports', imports('zod/v4')],
  'main-server/src/lint/equal.ts': ['eqeqeq', 'export const f = (x: number | null): boolean => x == null;\n'],
  'main-server/src/lint/else.ts': [
    'no-else-return',
    'export function f(x: boolean): number {\n  if (x) {\n    return 1;\n  } else {\n    return 2;\n  }\n}\n',
  ],
  'main-server/src/lint/var.ts': ['no-var', 'export var x = 1;\n'],
  'main-server/src/lint/let.ts': [
    'prefer-const',
    'export function f(): number {\n  let x = 1;\n  return x;\n}\n',
  ],
  'main-server/src/lint/non-null.ts': [
    'no-non-null-assertion',
    'export const f = (x: number | null): number => x!;\n',
  ],
  'main-server/src/lint/ok-non-null.spec.ts': [null, 'export const f = (x: number | null): number => x!;\n'],
  'main-server/src/lint/misused.ts': [
    'no-misused-promises',
    'export const f = (x: Promise<boolean>): number => {\n  if (x) return 1;\n  return 2;\n};\n',
  ],
  'web/lib/name.tsx': ['alt-text', 'export const X = () => <img src="x.png" />;\n'],
  [`${ui}/rules.tsx`]: [
    'rules-of-hooks',
    "import { useState } from 'react';\nexport function X(props: { on: boolean }): null {\n  if (props.on) useState(1);\n  return null;\n}\n",
  ],
  [`${ui}/hook.tsx`]: [
    'exhaustive-deps',
    "import { useEffect } from 'react';\nexport function X(props: { name: string }): null {\n  useEffect(() => {\n    document.title = props.name;\n  }, []);\n  return null;\n}\n",
  ],
};

const entity = 'class Row {\n  id: number;\n}\n';
const writer = (body) => `import type { DataSource, EntityManager, Repository } from 'typeorm';
import type { WriteQueue } from '../database/write-queue.ts';
${entity}
export async function write(rows: Repository<Row>, source: DataSource, queue: WriteQueue, other: { run: Function }): Promise<unknown> {
  ${body}
}
export type Unused = EntityManager;
`;
const row = 'new Row()';
const writes = Object.fromEntries(
  Object.entries({
    save: `return rows.save(${row});`,
    insert: `return rows.insert(${row});`,
    update: 'return rows.update({ id: 1 }, { id: 2 });',
    delete: 'return rows.delete({ id: 1 });',
    remove: `return rows.remove(${row});`,
    upsert: `return rows.upsert(${row}, ['id']);`,
    softDelete: 'return rows.softDelete({ id: 1 });',
    increment: "return rows.increment({ id: 1 }, 'id', 1);",
    bracket: `return rows['save'](${row});`,
    destructured: `const { save } = rows;\n  return save(${row});`,
    renamed: `const anything = rows;\n  return anything.save(${row});`,
    manager: `return source.manager.save(${row});`,
    'manager-of-repository': `return rows.manager.save(${row});`,
    'manager-as-constant': 'const manager = source.manager;\n  return manager;',
    'create-manager': 'return source.createEntityManager();',
    transaction: `return source.transaction((manager) => manager.save(${row}));`,
    'query-runner': 'return source.createQueryRunner();',
    'query-builder': 'return rows.createQueryBuilder().update().set({ id: 1 }).execute();',
    'raw-write': "return source.query('DELETE FROM row');",
    'raw-with': "return source.query('WITH x AS (SELECT 1) INSERT INTO row SELECT * FROM x');",
    'raw-built': 'const sql = String(rows);\n  return source.query(sql);',
    'other-manager-inside': `return queue.run(async () => rows.save(${row}));`,
    'other-run': 'return other.run((manager: Repository<Row>) => manager.delete({ id: 1 }));',
    'nested-transaction': `return queue.run((manager) => manager.transaction((inner) => inner.save(${row})));`,
    'own-transaction': `return queue.run(async (manager) => manager.save(${row}));`,
    'ok-queue': `return queue.run(async (manager) => manager.insert(Row, ${row}));`,
    'ok-repository-of-manager': `return queue.run(async (manager) => {\n    const mine = manager.getRepository(Row);\n    return mine.insert(${row});\n  });`,
    'ok-builder-of-manager':
      'return queue.run((manager) => manager.createQueryBuilder().delete().from(Row).execute());',
    'ok-raw-of-manager': "return queue.run((manager) => manager.query('DELETE FROM row'));",
    'ok-helper': `const insertAll = (manager: EntityManager): Promise<unknown> => manager.insert(Row, ${row});\n  return queue.run((manager) => insertAll(manager));`,
    'ok-read':
      "return [await rows.find(), await source.query('SELECT 1'), await rows.createQueryBuilder().getMany()];",
    'ok-map':
      'const seen = new Map<string, number>();\n  seen.delete("a");\n  return new Set([1]).delete(1);',
  }).map(([name, body]) => [
    `main-server/src/writes/${name}.ts`,
    [name.startsWith('ok-') ? null : 'check-writes', writer(body)],
  ]),
);
writes['main-server/src/writes/injected.ts'] = [
  'check-writes',
  "import type { EntityManager } from 'typeorm';\nexport class X {\n  constructor(readonly manager: EntityManager) {}\n}\n",
];
writes['main-server/src/database/migrations/20260101T0000-ok-first.ts'] = [
  null,
  "import type { QueryRunner } from 'typeorm';\nexport const up = (runner: QueryRunner): Promise<unknown> => runner.query('DELETE FROM row');\n",
];

const disables = {
  'main-server/src/disables/bare.ts': [
    'check-disables',
    '// oxlint-disable-next-line no-console\nexport const x = 1;\n',
  ],
  'main-server/src/disables/ok-reason.ts': [
    null,
    '// @ts-expect-error -- the library types this as optional\nexport const x = 1;\n',
  ],
};

function plant(files) {
  for (const [file, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
    writeFileSync(path.join(copy, file), content);
  }
}

function run(command, ...args) {
  const { stdout, stderr } = spawnSync(command, args, {
    cwd: copy,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return { stdout, stderr };
}
const node = (script, ...args) => run(process.execPath, path.join(root, script), ...args);
const toLines = (output) => output.split('\n').filter((line) => line.includes(':'));

const tools = {
  layers: () => {
    const { stdout } = node(
      'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'libs',
      'main-server',
      'container-agent',
      'web',
    );
    return JSON.parse(stdout).summary.violations.map(({ from, rule }) => [from, rule.name]);
  },
  lint: () => {
    const { stdout } = node(
      'node_modules/oxlint/bin/oxlint',
      '--type-aware',
      '--disable-nested-config',
      '--format',
      'json',
    );
    return JSON.parse(stdout).diagnostics.map(({ filename, code }) => [
      filename,
      /\((.+)\)/.exec(code ?? '')?.[1] ?? String(code),
    ]);
  },
  writes: () =>
    toLines(node('scripts/check-writes.mjs', copy).stderr).map((line) => [
      line.split(':')[0],
      'check-writes',
    ]),
  disables: () =>
    toLines(node('scripts/check-disables.mjs', copy).stderr).map((line) => [
      line.split(':')[0],
      'check-disables',
    ]),
};

/** The rules that are switched on by name: each must have a planted violation, so that a new one cannot be forgotten. */
const named = {
  layers: () =>
    createRequire(import.meta.url)('../.dependency-cruiser.cjs').forbidden.map(({ name }) => name),
  lint: () => {
    const { rules, overrides } = JSON.parse(readFileSync(path.join(root, '.oxlintrc.json'), 'utf8'));
    return [rules, ...overrides.map((override) => override.rules ?? {})]
      .flatMap((group) => Object.entries(group))
      .filter(([, setting]) => [setting].flat()[0] === 'error')
      .map(([name]) => name.split('/').at(-1));
  },
};

const failures = [];
let proved = 0;
function requirePlants(tool, planted) {
  const broken = new Set(Object.values(planted).map(([rule]) => rule));
  for (const rule of new Set(named[tool]?.() ?? [])) {
    if (!broken.has(rule)) failures.push(`${tool}: no planted file breaks ${rule}`);
  }
}
function compare(tool, planted) {
  const found = tools[tool]();
  for (const [file, [rule]] of Object.entries(planted)) {
    const rules = found.filter(([where]) => where === file).map(([, name]) => name);
    if (rule === null && rules.length > 0)
      failures.push(`${tool}: ${file} is allowed, but ${rules.join(', ')} complained`);
    else if (rule !== null && !rules.includes(rule)) {
      failures.push(
        `${tool}: ${file} breaks ${rule}, and nobody noticed (found: ${rules.join(', ') || 'nothing'})`,
      );
    } else proved += 1;
  }
}

try {
  const configs = [
    '.oxlintrc.json',
    '.dependency-cruiser.cjs',
    'package.json',
    'tsconfig.base.json',
    'tsconfig.check.json',
    'tsconfig.react.json',
  ];
  const packages = [
    'libs/contracts',
    'libs/nest-kit',
    'libs/ui',
    'main-server',
    'container-agent',
    'container-agent/ui',
    'web',
  ];
  for (const folder of packages) configs.push(`${folder}/package.json`, `${folder}/tsconfig.json`);
  for (const file of configs) cpSync(path.join(root, file), path.join(copy, file));
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  run('git', 'init', '--quiet');
  plant(scenery);
  for (const [tool, planted] of Object.entries({ layers, lint, writes, disables })) {
    plant(Object.fromEntries(Object.entries(planted).map(([file, [, content]]) => [file, content])));
    compare(tool, planted);
    requirePlants(tool, planted);
    // Each tool sees its own plants only, else one tool's violations would be another's noise.
    for (const file of Object.keys(planted)) rmSync(path.join(copy, file));
    plant(scenery);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exit(1);
console.log(`${proved} planted violations and allowed twins, all judged as they should be`);
