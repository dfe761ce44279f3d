import { z } from 'zod';
import { agentIdPattern, permissionModes } from './agent.ts';

const name = z.string().max(200);
const description = z.string().max(1_000);

export const agentModelSchema = z.object({
  /** As the agent takes it. */
  id: z.string().min(1).max(200),
  name,
  description: description.optional(),
  /** How hard it may think, weakest first; empty where there is no such choice. */
  efforts: z.array(z.string().min(1).max(50)).max(20),
  defaultEffort: z.string().max(50).nullable(),
  isDefault: z.boolean(),
  takesImages: z.boolean().optional(),
});
export type AgentModel = z.infer<typeof agentModelSchema>;

/** What a prompt may begin with: `/compact`. */
export const agentCommandSchema = z.object({
  /** Without the slash. */
  name: z.string().min(1).max(100),
  description,
  /** What may follow it: `<file>`. */
  argumentHint: z.string().max(200).optional(),
});
export type AgentCommand = z.infer<typeof agentCommandSchema>;

/** What can be chosen of an agent, as the agent itself reports it. */
export const agentControlsSchema = z.object({
  agent: z.string().regex(agentIdPattern),
  models: z.array(agentModelSchema).max(200),
  commands: z.array(agentCommandSchema).max(500),
  permissionModes: z.array(z.enum(permissionModes)).min(1),
});
export type AgentControls = z.infer<typeof agentControlsSchema>;

/** Bytes of what one agent reports, as JSON; main-server keeps no more. */
export const agentControlsMaxBytes = 128 * 1024;

/** `GET /api/sessions/:id/controls`: of each agent what it told last, in this session or else in another one of the user's. */
export interface SessionControlsResponse {
  readonly controls: readonly AgentControls[];
}
