import { z } from 'zod';
import { findAddressProblem, findBranchProblem } from './repository-address.ts';

export const preparationLimits = {
  /** Characters of a setup script. */
  scriptMaxLength: 32_768,
  /** Characters of the newest output that are told with the state. */
  tailMaxLength: 4_096,
  reasonMaxLength: 2_000,
  /** Bytes of output that a container keeps, at the least half of it. */
  logMaxBytes: 1024 * 1024,
} as const;

/** What is cloned into the workspace before the first prompt is run. */
export const repositorySchema = z.object({
  url: z.string().refine((url) => findAddressProblem(url) === null, 'is no address that can be cloned'),
  /** A branch or a tag; null: the one the repository begins with. */
  branch: z
    .string()
    .refine((branch) => findBranchProblem(branch) === null, 'is no name of a branch')
    .nullable(),
  /** Only the newest commit, and only of this branch. */
  isShallow: z.boolean(),
});
export type Repository = z.infer<typeof repositorySchema>;

export const preparationStepSchema = z.object({
  name: z.enum(['clone', 'script']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  /** What it does right now. */
  detail: z.string().max(200).nullable(),
  percent: z.int().min(0).max(100).nullable(),
  tookMs: z.number().min(0).nullable(),
});
export type PreparationStep = z.infer<typeof preparationStepSchema>;

/** How far a container is with the preparation of its workspace. */
export const preparationReportSchema = z.object({
  /** Which order of main-server this is about. */
  attempt: z.int().min(1),
  steps: z.array(preparationStepSchema).max(2),
  /** Why a step failed, in words, with what to do. */
  reason: z.string().max(preparationLimits.reasonMaxLength).nullable(),
  /** The newest output. */
  tail: z.string().max(preparationLimits.tailMaxLength),
});
export type PreparationReport = z.infer<typeof preparationReportSchema>;

export const preparationStatuses = [
  'waiting',
  'running',
  'done',
  'failed',
  'skipped',
  'unsupported',
] as const;
/** `unsupported`: the container is of an older image, which does not know how; prompts are run without. */
export type PreparationStatus = (typeof preparationStatuses)[number];

export const preparationSchema = z.object({
  sessionId: z.string(),
  status: z.enum(preparationStatuses),
  repository: z.object({ url: z.string(), branch: z.string().nullable(), isShallow: z.boolean() }).nullable(),
  hasScript: z.boolean(),
  attempt: z.int(),
  steps: z.array(preparationStepSchema),
  reason: z.string().nullable(),
  tail: z.string(),
  updatedAt: z.string(),
});
/** `GET /api/sessions/:id/preparation`, and the answer of `…/retry` and `…/skip`. */
export type PreparationResponse = z.infer<typeof preparationSchema>;
