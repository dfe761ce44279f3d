import { Injectable } from '@nestjs/common';
import type { AgentControls, PermissionMode } from '@codex-webapp/contracts';
import { DomainError } from '@codex-webapp/nest-kit';
import { AgentControlsService } from '../agent-controls/agent-controls.service.ts';
import type { OwnedSession, SessionPatch } from '../session-state/session.ts';

/** What a request says about how the agent works. Absent: as it is; null: what the agent prefers. */
export interface ChoiceRequest {
  readonly agent?: string;
  readonly model?: string | null;
  readonly effort?: string | null;
  readonly permissionMode?: PermissionMode;
}

type Chosen = Pick<OwnedSession, 'agent' | 'model' | 'effort' | 'permissionMode'>;

/** Agent, model, effort and mode, which must fit together: judged by what the agent itself tells, where it has told. */
@Injectable()
export class SessionChoices {
  constructor(private readonly controls: AgentControlsService) {}

  /**
   * What changes of the session. What was chosen for another agent, or with another model, is given up where the new one
   * does not have it; what is asked for and does not exist is refused. @throws request.invalid
   */
  async choose(session: OwnedSession, request: ChoiceRequest): Promise<SessionPatch> {
    if (Object.values(request).every((value) => value === undefined)) return {};
    const agent = request.agent ?? session.agent;
    const known = await this.controls.find(session.ownerId, session.id, agent);
    const modes = await this.controls.findModes(session.id, agent);
    const chosen = fit(session, request, { agent, known, modes });
    return Object.fromEntries(
      Object.entries(chosen).filter(([field, value]) => session[field as keyof Chosen] !== value),
    );
  }

  /** For a session that is not made yet. @throws request.invalid */
  async check(draft: OwnedSession, request: ChoiceRequest): Promise<void> {
    const known = await this.controls.find(draft.ownerId, null, draft.agent);
    fit(draft, request, { agent: draft.agent, known, modes: null });
  }
}

/** What may be chosen by itself, in the order in which it comes next to what a user chose. `full-auto` is said, or not. */
const carefulModes: readonly PermissionMode[] = ['ask-first', 'plan'];

interface Offer {
  readonly agent: string;
  /** Null: nobody knows, and everything is taken. */
  readonly known: AgentControls | null;
  readonly modes: readonly PermissionMode[] | null;
}

function fit(session: Chosen, request: ChoiceRequest, { agent, known, modes }: Offer): Chosen {
  const isOther = agent !== session.agent;
  const model = toModel(request.model, session.model, { agent, known, isOther });
  const isOtherModel = isOther || model !== session.model;
  return {
    agent,
    model,
    effort: toEffort(request.effort, session.effort, { agent, known, model, isOther: isOtherModel }),
    permissionMode: toMode(request.permissionMode, session.permissionMode, { agent, modes, isOther }),
  };
}

function toModel(
  asked: string | null | undefined,
  current: string | null,
  { agent, known, isOther }: { agent: string; known: AgentControls | null; isOther: boolean },
): string | null {
  const isKnown = (id: string): boolean => known?.models.some((one) => one.id === id) ?? false;
  if (asked === undefined) return current !== null && isOther && !isKnown(current) ? null : current;
  if (asked === null || known === null || isKnown(asked)) return asked;
  throw refuse(
    'model',
    `${agent} has no model called "${asked}".`,
    known.models.map(({ id }) => id),
  );
}

function toEffort(
  asked: string | null | undefined,
  current: string | null,
  offer: { agent: string; known: AgentControls | null; model: string | null; isOther: boolean },
): string | null {
  const { agent, known, model, isOther } = offer;
  const described = known?.models.find((one) => (model === null ? one.isDefault : one.id === model));
  const efforts = described?.efforts ?? [];
  if (asked === undefined) return current !== null && isOther && !efforts.includes(current) ? null : current;
  if (asked === null || !described || efforts.includes(asked)) return asked;
  throw refuse('effort', `${described.name} of ${agent} has no effort called "${asked}".`, efforts);
}

function toMode(
  asked: PermissionMode | undefined,
  current: PermissionMode,
  { agent, modes, isOther }: { agent: string; modes: readonly PermissionMode[] | null; isOther: boolean },
): PermissionMode {
  if (modes === null || modes.includes(asked ?? current)) return asked ?? current;
  if (asked === undefined) {
    if (!isOther) return current;
    const careful = carefulModes.find((mode) => modes.includes(mode));
    if (careful) return careful;
    throw refuse('permissionMode', `${agent} does not work without "full-auto": choose it as well.`, modes);
  }
  const message = `${agent} in this container has no mode called "${asked}". If the container is an old one, restart it to bring it up to date.`;
  throw refuse('permissionMode', message, modes);
}

function refuse(field: string, problem: string, offered: readonly string[]): DomainError {
  const others = offered.length === 0 ? ' It offers no choice.' : ` It has: ${offered.join(', ')}.`;
  const message = `${problem}${others}`;
  return new DomainError('request.invalid', {
    message: `${field}: ${message}`,
    details: { fields: [{ field, problems: [message] }] },
  });
}
