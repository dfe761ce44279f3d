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
