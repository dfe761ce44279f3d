import { z } from 'zod';
import { agentIdPattern } from '../agents/agent.ts';

/** A login that main-server renews: good for a while, and of no use for getting another one. */
export const leasedLoginSchema = z.object({
  accessToken: z.string().min(1),
  accountId: z.string().min(1),
  plan: z.string().nullable(),
});
export type LeasedLogin = z.infer<typeof leasedLoginSchema>;

/** What one agent of a session is logged in by. */
export const agentCredentialSchema = z.object({
  agent: z.string().regex(agentIdPattern),
  environment: z.record(z.string(), z.string()),
  /** Of the container's own environment, which must not come along. */
  withoutVariables: z.array(z.string()),
  /** Below HOME. */
  files: z.array(z.object({ path: z.string().min(1), content: z.string() })),
  lease: leasedLoginSchema.nullable(),
});
export type AgentCredential = z.infer<typeof agentCredentialSchema>;

/** `GET /api/container-webhooks/:sessionId/credentials`: of the agents the session is about, where its owner has some. */
export const containerCredentialsSchema = z.object({
  /** Of which this is all there is. Nothing is said of others. Absent from an older main-server. */
  agents: z.array(z.string().regex(agentIdPattern)).optional(),
  credentials: z.array(agentCredentialSchema),
});
export type ContainerCredentialsResponse = z.infer<typeof containerCredentialsSchema>;

/** `POST /api/container-webhooks/:sessionId/credentials/renewals`: the agent's maker refused the token. */
export interface RenewLeaseRequest {
  readonly agent: string;
  /** SHA-256 of it, in hex: those who come late get what the first one was given. */
  readonly refusedTokenHash: string;
}
