import { z } from 'zod';
import { agentIdPattern, builtInAgents } from './agent.ts';

const required = z.string({ error: ({ input }) => (input === undefined ? 'is required' : undefined) });

/** An agent that speaks the Agent Client Protocol over its standard input and output. */
export const acpAgentSchema = z.strictObject({
  id: required.regex(agentIdPattern, 'small letters, digits and hyphens, a letter first, 32 at most'),
  /** As users read it. */
  name: required.min(1).max(200),
  description: z.string().max(1_000).default('An agent that speaks the Agent Client Protocol.'),
  /** A name on PATH, or an absolute path. */
  command: required.max(4_096).regex(/^(\/.+|[^/]+)$/, 'a name without slashes, or an absolute path'),
  args: z.array(z.string().max(8_192)).max(100).default([]),
  /** Given to this agent alone, over what all agents get. */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string()).default({}),
  /** The id of the login method that is chosen once the agent has started, as the agent calls it. */
  auth: z.string().min(1).max(200).optional(),
});
export type AcpAgent = z.infer<typeof acpAgentSchema>;

const acpAgentListSchema = z
  .array(acpAgentSchema, { error: 'must be a list in square brackets, of one entry for each agent' })
  .max(50)
  .superRefine(refuseTakenIds);

/** The variable `ACP_AGENTS`: a JSON list of agents. Problems name the entry and its field: `ACP_AGENTS.0.command`. */
export const acpAgentsVariable = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(acpAgentListSchema);

function refuseTakenIds(agents: readonly { readonly id: string }[], context: z.RefinementCtx): void {
  const taken = new Set(builtInAgents.map(({ id }) => id));
  for (const [index, { id }] of agents.entries()) {
    if (taken.has(id))
      context.addIssue({ code: 'custom', path: [index, 'id'], message: `there is an agent "${id}" already` });
    taken.add(id);
  }
}
