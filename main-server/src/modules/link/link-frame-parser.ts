import { z } from 'zod';
import { agentFrameSchema, outboxEpochSchema, type AgentFrame } from '@codex-webapp/contracts';

/** An events frame as far as it can be made out; its events are read one by one. */
export interface EventsFrame {
  readonly type: 'events';
  readonly epoch: string;
  readonly events: readonly unknown[];
}

export type LinkFrame = Exclude<AgentFrame, { type: 'events' }> | EventsFrame;

export type ParsedLinkFrame =
  { readonly ok: true; readonly frame: LinkFrame } | { readonly ok: false; readonly problem: string };

/** One event that cannot be read must not cost the others of its frame, so they are left as they are here. */
const eventsFrameSchema = z.object({
  type: z.literal('events'),
  epoch: outboxEpochSchema,
  events: z.array(z.unknown()).min(1),
});

const frameSchema = z.union([eventsFrameSchema, agentFrameSchema]);

export function parseLinkFrame(text: string): ParsedLinkFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'The frame is not JSON.' };
  }
  const isEvents = typeof value === 'object' && value !== null && 'type' in value && value.type === 'events';
  const parsed = (isEvents ? eventsFrameSchema : frameSchema).safeParse(value);
  if (parsed.success) return { ok: true, frame: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, problem: `${issue?.path.join('.') || 'type'}: ${issue?.message ?? 'unknown'}` };
}
