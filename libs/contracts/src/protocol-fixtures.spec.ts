import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { z } from 'zod';
import { turnEventSchema } from './agents/index.ts';
import { agentFrameSchema, mainFrameSchema, parseTurnEvent } from './link/index.ts';
import { oldestSupportedProtocol, protocolVersion } from './protocol-version.ts';
import { clientFrameSchema, entryBodySchema, listFrameSchema, serverFrameSchema } from './realtime/index.ts';

const fixtures = fileURLToPath(new URL('../fixtures/', import.meta.url));

const schemas = {
  'agent-frames': agentFrameSchema,
  'main-frames': mainFrameSchema,
  'client-frames': clientFrameSchema,
  'server-frames': serverFrameSchema,
  'list-frames': listFrameSchema,
} as const satisfies Record<string, z.ZodType>;

type Frame = { readonly type: string } & Record<string, unknown>;

function read(version: number, name: string): readonly Frame[] {
  return JSON.parse(readFileSync(`${fixtures}protocol-${version}/${name}.json`, 'utf8')) as readonly Frame[];
}

function typesOf(schema: { readonly options: readonly z.ZodObject[] }): readonly string[] {
  return schema.options.map((option) => String((option.shape.type as z.ZodLiteral).value)).sort();
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** What is wrong with the versions that are supported; `present` are the names of the fixtures' folders. */
function findVersionProblems(oldest: number, current: number, present: readonly string[]): readonly string[] {
  const missing = range(Math.min(oldest, current - 1), current).filter(
    (version) => version > 0 && !present.includes(`protocol-${version}`),
  );
  return [
    ...missing.map((version) => `There are no fixtures of protocol ${version}.`),
    ...(current > 1 && oldest > current - 1 ? [`Protocol ${current - 1} has to be understood, too.`] : []),
  ];
}

describe('the versions of the protocol', () => {
  it('have fixtures each, and the one before the current one is among them', () => {
    expect(findVersionProblems(oldestSupportedProtocol, protocolVersion, readdirSync(fixtures))).toEqual([]);
  });

  it.each([
    [1, 2, ['protocol-1'], ['There are no fixtures of protocol 2.']],
    [1, 2, ['protocol-2'], ['There are no fixtures of protocol 1.']],
    [2, 2, ['protocol-1', 'protocol-2'], ['Protocol 1 has to be understood, too.']],
    [2, 2, ['protocol-2'], ['There are no fixtures of protocol 1.', 'Protocol 1 has to be understood, too.']],
    [1, 3, ['protocol-1', 'protocol-3'], ['There are no fixtures of protocol 2.']],
    [4, 3, ['protocol-2', 'protocol-3'], ['Protocol 2 has to be understood, too.']],
  ])('are refused as %i to %i with %j', (oldest, current, present, problems) => {
    expect(findVersionProblems(oldest, current, present)).toEqual(problems);
  });

  it.each([
    [1, 1, ['protocol-1']],
    [1, 2, ['protocol-1', 'protocol-2']],
    [2, 3, ['protocol-1', 'protocol-2', 'protocol-3']],
  ])('are right as %i to %i with %j', (oldest, current, present) => {
    expect(findVersionProblems(oldest, current, present)).toEqual([]);
  });
});

/**
 * Frames as they were on the wire. A container or a page of an older version still sends these, so they are never
 * edited: a new version gets a folder of its own.
 */
describe.each(range(oldestSupportedProtocol, protocolVersion))('protocol %i', (version) => {
  it('has fixtures for every direction', () => {
    expect(readdirSync(`${fixtures}protocol-${version}`).sort()).toEqual(
      Object.keys(schemas)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });

  it.each(Object.entries(schemas))('is still understood: %s', (name, schema) => {
    for (const frame of read(version, name)) expect(schema.parse(frame)).toMatchObject(frame);
  });

  it('was said in each of its frames that says one', () => {
    const said = Object.keys(schemas).flatMap((name) =>
      read(version, name).flatMap((frame) => ('protocolVersion' in frame ? [frame['protocolVersion']] : [])),
    );
    expect(new Set(said)).toEqual(new Set([version]));
  });

  it('is still understood: each event of a turn', () => {
    for (const frame of read(version, 'agent-frames')) {
      if (frame.type !== 'events') continue;
      const { events } = agentFrameSchema.parse(frame) as Extract<
        z.output<typeof agentFrameSchema>,
        { type: 'events' }
      >;
      for (const { event } of events) expect(parseTurnEvent(event)).toEqual(event);
    }
  });
});

describe('the fixtures of the current protocol', () => {
  it.each(Object.entries(schemas))('show every type of %s', (name, schema) => {
    const shown = new Set(read(protocolVersion, name).map(({ type }) => type));
    expect([...shown].sort()).toEqual(typesOf(schema));
  });

  it('show every event of a turn and every entry', () => {
    const events = read(protocolVersion, 'agent-frames').flatMap(
      (frame) => (frame.events ?? []) as { event: Frame }[],
    );
    expect([...new Set(events.map(({ event }) => event.type))].sort()).toEqual(typesOf(turnEventSchema));
    const entries = read(protocolVersion, 'server-frames').flatMap(
      (frame) => (frame.entries ?? []) as { body: Frame }[],
    );
    expect([...new Set(entries.map(({ body }) => body.type))].sort()).toEqual(typesOf(entryBodySchema));
  });

  it('let a newer server have steps of a start that this page does not know', () => {
    const frames = read(protocolVersion, 'list-frames').filter(({ type }) => type === 'container.changed');
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) {
      const container = frame['container'] as { readonly steps: readonly object[] };
      const step = { name: 'invented', state: 'done', detail: null, tookMs: 1 };
      const newer = { ...frame, container: { ...container, steps: [step, ...container.steps] } };
      expect(listFrameSchema.parse(newer)).toEqual(listFrameSchema.parse(frame));
      const broken = { ...frame, container: { ...container, steps: [{ ...step, name: 7 }] } };
      expect(listFrameSchema.safeParse(broken).success).toBe(false);
    }
  });

  it('let a newer peer add fields, where it is not a page that sends', () => {
    for (const [name, schema] of Object.entries(schemas)) {
      for (const frame of read(protocolVersion, name)) {
        expect(schema.safeParse({ ...frame, invented: 1 }).success).toBe(name !== 'client-frames');
      }
    }
  });
});
