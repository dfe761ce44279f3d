import {
  containerLogLimits,
  containerProviderNames,
  containerSizeNames,
  containerStartSteps,
} from '@codex-webapp/contracts';
import { z } from 'zod';
import type {
  ContainerImage,
  ContainerRef,
  ContainerState,
  ContainerStats,
  LabelledContainer,
  LogLine,
} from '../container-provider.ts';

/** What main-server and the provisioner say to each other; both check what they are told. */
const sessionId = z.uuid();
const ofSession = z.strictObject({ sessionId });
const nothing = z.strictObject({});

/** A session and its choices, and not one word of how its container is made. */
const specSchema = z.strictObject({
  sessionId,
  generation: z.number().int().min(0),
  environment: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(512 * 1024)),
  internet: z.boolean().optional(),
  size: z.enum(containerSizeNames).optional(),
  pullsImage: z.boolean().optional(),
});

/** Everything that can be asked for. */
export const requestSchemas = {
  check: nothing,
  prepare: nothing,
  start: z.strictObject({ spec: specSchema }),
  inspect: ofSession,
  stop: z.strictObject({ sessionId, graceMs: z.number().int().min(0).max(600_000).optional() }),
  remove: ofSession,
  removeData: ofSession,
  list: nothing,
  logs: z.strictObject({
    sessionId,
    tail: z.number().int().min(0).max(100_000).optional(),
    sinceStart: z.boolean().optional(),
    after: z.string().max(containerLogLimits.markMaxLength).optional(),
    follow: z.boolean().optional(),
  }),
  watch: nothing,
  stats: z.strictObject({ sessionIds: z.array(sessionId).max(10_000) }),
  findImage: nothing,
  archive: ofSession,
} as const;

export type ProvisionerVerb = keyof typeof requestSchemas;
export type ProvisionerRequest<V extends ProvisionerVerb> = z.input<(typeof requestSchemas)[V]>;

const refSchema = z.looseObject({
  provider: z.enum(containerProviderNames),
  sessionId,
  id: z.string(),
}) satisfies z.ZodType<ContainerRef>;

const useSchema = z.object({ usedBytes: z.number(), limitBytes: z.number().nullable() });

const statsSchema = z.object({
  sessionId,
  cpu: z
    .union([
      z.object({
        run: z.string(),
        usedSeconds: z.number(),
        at: z.number(),
        machineCores: z.number().nullable(),
      }),
      z.object({ cores: z.number() }),
    ])
    .nullable()
    .optional(),
  memory: useSchema.nullable().optional(),
  disk: useSchema.nullable().optional(),
}) satisfies z.ZodType<ContainerStats>;
const imageSchema = z.object({
  name: z.string(),
  id: z.string().nullable(),
}) satisfies z.ZodType<ContainerImage>;

/** What the last line of an answer holds. */
export const resultSchemas = {
  check: z.object({ isAvailable: z.boolean(), note: z.string().nullable() }),
  prepare: z.null(),
  start: refSchema,
  inspect: z.discriminatedUnion('state', [
    z.object({ state: z.literal('absent') }),
    z.object({ state: z.literal('running'), startedAt: z.string().nullable() }),
    z.object({
      state: z.literal('stopped'),
      exitCode: z.number().nullable(),
      reason: z.string().nullable(),
    }),
  ]) satisfies z.ZodType<ContainerState>,
  stop: z.null(),
  remove: z.null(),
  removeData: z.null(),
  list: z.array(
    z.object({ ref: refSchema, sessionId, generation: z.number(), isRunning: z.boolean() }),
  ) satisfies z.ZodType<LabelledContainer[]>,
  logs: z.null(),
  watch: z.null(),
  stats: z.array(statsSchema),
  findImage: imageSchema.nullable(),
  /** Answered with the bytes of `archiveType` instead, unless there is an error to tell. */
  archive: z.null(),
} as const;

export type ProvisionerResult<V extends ProvisionerVerb> = z.output<(typeof resultSchemas)[V]>;

const logLineSchema = z.object({
  at: z.string().nullable(),
  text: z.string(),
  mark: z.string(),
  isAfterGap: z.boolean().optional(),
}) satisfies z.ZodType<LogLine>;

/** An answer is lines of JSON: what happens meanwhile, then a result or an error. */
export const answerLineSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    step: z.enum(containerStartSteps),
    detail: z.string().nullable(),
  }),
  z.object({ type: z.literal('image'), image: imageSchema, isNew: z.boolean() }),
  z.object({ type: z.literal('line'), line: logLineSchema }),
  z.object({ type: z.literal('changed'), sessionId: z.string().nullable() }),
  z.object({ type: z.literal('result'), value: z.unknown() }),
  z.object({
    type: z.literal('error'),
    reason: z
      .enum([
        'unreachable',
        'image_unavailable',
        'rejected',
        'out_of_resources',
        'timed_out',
        'no_files',
        'failed',
      ])
      // Of a newer provisioner.
      .catch('failed'),
    message: z.string(),
    isRetryable: z.boolean(),
  }),
]);
export type AnswerLine = z.infer<typeof answerLineSchema>;

export const pathOf = (verb: string): string => `/v1/${verb}`;
/** Whose containers are meant. The first one that asks is the only one that is answered from then on. */
export const instanceHeader = 'x-codex-webapp-instance';
export const requestMaxBytes = 4 * 1024 * 1024;
