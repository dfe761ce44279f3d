import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';

const repository = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(repository, file), 'utf8');

/** Families of names that are passed on and stand in no schema. */
const families: Readonly<Record<string, readonly RegExp[]>> = {
  'main-server': [/^AGENT_ENV_[A-Z_][A-Z0-9_]*$/, /^[A-Z][A-Z0-9]*_AUTH_FILE_\d+(_PATH)?$/],
  'container-agent': [/^[A-Z][A-Z0-9]*_AUTH_FILE_\d+(_PATH)?$/],
};

/** What the image or the compose file itself decides. */
const notForCompose = [
  'CONTAINER_HOST',
  'CONTAINER_IMAGE',
  'CONTAINER_NETWORK',
  'CONTAINER_PORT',
  'CONTAINER_PROVIDER',
  'CONTAINER_ROUTER_IMAGE',
  'DATABASE_PATH',
  'HOST',
  'MAIN_APP_URL',
  'MAIN_APP_WS_URL',
  'NODE_ENV',
  'PROCESS_AGENT_ENTRY',
  'PROVISIONER_DATA',
  'PROVISIONER_SOCKET',
  'SESSION_UI_PATH',
  'WEB_MODE',
  'WEB_ORIGIN',
];

interface Line {
  readonly name: string;
  readonly value: string;
  readonly explanation: string;
}

function readSection(app: string): readonly Line[] {
  const [, section = ''] =
    new RegExp(`\n## ${app}: [^\n]*\n([^]*?)(?=\n## |$)`).exec(read('.env.example')) ?? [];
  const lines = section.split('\n').filter(Boolean);
  return lines.map((line) => {
    const [, name, value, explanation] = /^# ([A-Z0-9_]+)=(\S*) {2}# (\S.*)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`Not «# NAME=default  # what it is»: ${line}`);
    return { name, value: value ?? '', explanation: explanation ?? '' };
  });
}

/** The fields of every zod object that a `*.config.ts` of the app exports, by name. */
async function readSchemas(app: string): Promise<ReadonlyMap<string, z.ZodType>> {
  const folder = path.join(repository, app, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.config.ts'),
  );
  const fields = new Map<string, z.ZodType>();
  for (const file of files) {
    const exported = Object.values((await import(pathToFileURL(path.join(folder, file)).href)) as object);
    const schemas = exported.filter((one) => one instanceof z.ZodObject);
    const isReading = readFileSync(path.join(folder, file), 'utf8').includes('z.object(');
    if (isReading && schemas.length === 0) throw new Error(`${file} does not export its schema.`);
    for (const { shape } of schemas)
      for (const [name, field] of Object.entries(shape)) fields.set(name, field);
  }
  return fields;
}

function defaultOf(field: z.ZodType): string {
  const { success, data } = field.safeParse(undefined);
  return success && ['string', 'number'].includes(typeof data) ? `${data as string | number}` : '';
}

describe.each(['main-server', 'container-agent'])('.env.example, section %s', (app) => {
  let lines: readonly Line[];
  let schemas: ReadonlyMap<string, z.ZodType>;

  beforeAll(async () => {
    lines = readSection(app);
    schemas = await readSchemas(app);
    expect(schemas.size).toBeGreaterThan(10);
  });

  const isOfFamily = (name: string): boolean => families[app]!.some((family) => family.test(name));

  it('has each variable of the config schemas, once, and no other', () => {
    const names = lines.map(({ name }) => name).filter((name) => !isOfFamily(name));
    expect(names.sort()).toEqual([...schemas.keys()].sort());
  });

  it('shows an example of each family of variables', () => {
    for (const family of families[app]!) expect(lines.some(({ name }) => family.test(name))).toBe(true);
  });

  it('gives the defaults that the schemas have', () => {
    const given = lines.filter(({ name }) => schemas.has(name)).map(({ name, value }) => [name, value]);
    expect(given).toEqual(given.map(([name = '']) => [name, defaultOf(schemas.get(name)!)]));
  });
});

describe('docker-compose.yml', () => {
  const compose = read('docker-compose.yml');
  const [, environment = ''] = /\n {4}environment:\n([^]*?)\n {4}\w/.exec(compose) ?? [];
  const [, limits = ''] = /\nx-session-limits: &session-limits\n([^]*?)\n\n/.exec(compose) ?? [];
  const given = [...`${environment}\n${limits}`.matchAll(/^ +([A-Z0-9_]+):/gm)].map(([, name = '']) => name);
  const substituted = [...compose.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name = '']) => name);

  it('names only variables of main-server that .env.example explains', () => {
    const explained = readSection('main-server').map(({ name }) => name);
    expect(given.length).toBeGreaterThan(10);
    expect([...given, ...substituted].filter((name) => !explained.includes(name))).toEqual([]);
  });

  it('passes on whatever somebody may want to change', async () => {
    const known = [...(await readSchemas('main-server')).keys()];
    const missing = known.filter((name) => ![...given, ...substituted, ...notForCompose].includes(name));
    expect(missing).toEqual([]);
  });
});
