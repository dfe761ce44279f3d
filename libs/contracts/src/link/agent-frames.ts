import { z } from 'zod';
import { agentControlsSchema } from '../agents/agent-controls.ts';
import { permissionModes } from '../agents/agent.ts';
import { preparationReportSchema } from '../preparations/preparation-report.ts';
import { outboxEpochSchema, outboxEventSchema, outboxSeqMax } from './outbox-event.ts';

export const linkLimits = {
  /** Bytes of one frame on the link, either way. */
  frameMaxBytes: 1024 * 1024,
  eventsPerFrameMax: 256,
  /** Events on their way without an ack; the container sends no more until one comes. */
  windowMax: 1_024,
} as const;

/** container-agent → main-server. */
export const agentFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    protocolVersion: z.int(),
    /** Version of container-agent. */
    version: z.string().max(64),
    /** A random id made at each start of the process. */
    bootId: z.string().max(64),
    outbox: z.object({
      epoch: outboxEpochSchema,
      lastSeq: z.int().min(0).max(outboxSeqMax),
      /** What it has been told is committed, and may have forgotten. */
      ackedSeq: z.int().min(0).max(outboxSeqMax).optional(),
    }),
    agents: z
      .array(
        z.object({
          id: z.string().max(32),
          name: z.string().max(100),
          description: z.string().max(500),
          isAvailable: z.boolean(),
          /** Why not, with what to do. */
          reason: z.string().max(1_000).nullable(),
          /** Whether a text can be given to it while it works, by `turn.steer`. */
          canSteer: z.boolean().optional(),
          /** Missing: a container from before plan mode, images and transcripts; it is sent none of them. */
          permissionModes: z.array(z.enum(permissionModes)).min(1).optional(),
        }),
      )
      .max(50),
    /** The turn that is running right now. */
    runningTurnId: z.string().max(128).nullable(),
    /** Whether it takes `workspace.prepare`. Missing: a container from before that. */
    canPrepare: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('events'),
    epoch: outboxEpochSchema,
    events: z.array(outboxEventSchema).min(1).max(linkLimits.eventsPerFrameMax),
  }),
  /** What can be chosen of one agent, as it told at its latest start. Replaces what it told before. */
  z.object({ type: z.literal('agent.controls'), ...agentControlsSchema.shape }),
  /** How far `workspace.prepare` is: the answer to each one, and told on every change. Replaces what it told before. */
  z.object({ type: z.literal('preparation.changed'), ...preparationReportSchema.shape }),
  /** The prompt stands in the turn journal; it will be run once, or reported as interrupted. */
  z.object({
    type: z.literal('prompt.accepted'),
    promptId: z.string().max(128),
    /** It was run as this turn, and all about it is acknowledged: a main-server that asks for it has lost that. */
    endedTurnId: z.string().max(128).optional(),
  }),
]);
export type AgentFrame = z.infer<typeof agentFrameSchema>;
export type AgentFrameOf<T extends AgentFrame['type']> = Extract<AgentFrame, { type: T }>;
