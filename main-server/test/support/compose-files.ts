import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { z } from 'zod';

export const repository = path.resolve(import.meta.dirname, '../../..');

/** The package brings no types. */
interface Yaml {
  safeLoad(text: string, options: { readonly schema: unknown }): unknown;
  readonly DEFAULT_SAFE_SCHEMA: unknown;
  readonly Schema: { create(base: unknown, types: readonly unknown[]): unknown };
  readonly Type: new (tag: string, options: { kind: string; construct(data: unknown): unknown }) => unknown;
}
const yaml = createRequire(import.meta.url)('js-yaml') as Yaml;
/** Compose's own word: what stands here takes the place of what the file before says. */
const override = new yaml.Type('!override', { kind: 'sequence', construct: (data) => data ?? [] });
const schema = yaml.Schema.create(yaml.DEFAULT_SAFE_SCHEMA, [override]);

const mapping = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).nullable());

/** Strict: a word this does not know is one that no test has judged. */
const service = z.strictObject({
  image: z.string(),
  pull_policy: z.string().optional(),
  build: z
    .strictObject({ context: z.string(), dockerfile: z.string(), target: z.string().optional() })
    .optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.string() })).default({}),
  restart: z.string(),
  init: z.boolean().optional(),
  environment: mapping.default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  networks: z
    .record(
      z.string(),
      z.strictObject({ aliases: z.array(z.string()).optional(), ipv4_address: z.string().optional() }),
    )
    .optional(),
  network_mode: z.string().optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  pids_limit: z.number().optional(),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      start_period: z.string(),
    })
    .optional(),
});
export type ComposeService = z.infer<typeof service>;

const network = z.strictObject({
  name: z.string().optional(),
  internal: z.boolean().optional(),
  ipam: z.strictObject({ config: z.array(z.strictObject({ subnet: z.string() })) }).optional(),
});

const composeFile = z.strictObject({
  /** What two services have in common. */
  'x-main-server-image': service.partial().optional(),
  'x-session-limits': mapping,
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.strictObject({})),
  networks: z.record(z.string(), network),
});
export type ComposeFile = z.infer<typeof composeFile>;

export function readRepositoryFile(name: string): string {
  return readFileSync(path.join(repository, name), 'utf8');
}

/** docker-compose.yml, by itself. @throws where it says a word that is not known here */
export function readComposeFile(text = readRepositoryFile('docker-compose.yml')): ComposeFile {
  return composeFile.parse(yaml.safeLoad(text, { schema }));
}

/** docker-compose.server.yml: what it adds to services that are there, and what it brings itself. */
export function readServerFile(): {
  readonly mainServer: Partial<ComposeService>;
  readonly added: ComposeFile;
} {
  const { services, ...rest } = z
    .looseObject({ services: z.record(z.string(), z.unknown()) })
    .parse(yaml.safeLoad(readRepositoryFile('docker-compose.server.yml'), { schema }));
  const { 'main-server': mainServer, ...added } = services;
  return {
    mainServer: service.partial().parse(mainServer),
    added: composeFile.parse({ ...rest, services: added, 'x-session-limits': {} }),
  };
}
