import { Injectable } from '@nestjs/common';
import type { MainFrameOf, PermissionMode } from '@codex-webapp/contracts';
import type { EntityManager } from 'typeorm';
import { AgentControlsService } from '../agent-controls/agent-controls.service.ts';
import type { AppendEntry } from '../history/session-history.ts';
import type { Link } from '../link/link.ts';
import { MessagesService } from '../messages/messages.service.ts';
import type { Session } from '../session-state/session.ts';
import type { Prompt } from './prompt.entity.ts';
import { Transcripts } from './transcripts.ts';

type DeliverFrame = MainFrameOf<'prompt.deliver'>;

export interface Delivery {
  readonly prompt: Prompt;
  readonly session: Session;
  readonly link: Pick<Link, 'agents'>;
  /** The same again over a new link. */
  readonly isRepeated: boolean;
}

const wordsOfOlder =
  'The container of this session was made before models, plan mode and images could be chosen, and works without them. Restart it to bring it up to date.';

/** What a container is told to run, in the words that it knows. */
@Injectable()
export class PromptFrames {
  constructor(
    private readonly transcripts: Transcripts,
    private readonly messages: MessagesService,
    private readonly controls: AgentControlsService,
  ) {}

  async compose(manager: EntityManager, append: AppendEntry, delivery: Delivery): Promise<DeliverFrame> {
    const { prompt, session, link, isRepeated } = delivery;
    const { id: promptId, turnId, text } = prompt;
    if (turnId === null) throw new Error('a delivered prompt has a turn');
    const { id: sessionId, agent } = session;
    const transcript = await this.transcripts.compose(manager, append, { sessionId, agent, text });
    const isContinued = await this.transcripts.hasAnswered(manager, sessionId, agent);
    const images = prompt.images ?? [];
    const described = link.agents.find(({ id }) => id === agent);
    const isOlder = described?.permissionModes === undefined;
    const modes = isOlder ? null : await this.controls.findModes(sessionId, agent);
    const permissionMode = toKnownMode(session.permissionMode, modes);
    const frame: DeliverFrame = { type: 'prompt.deliver', promptId, turnId, text, agent, permissionMode };
    const notice = toNotice({ session, permissionMode, isOlder: isOlder && described !== undefined });
    if (notice !== null && !isRepeated) this.say(manager, append, sessionId, notice);
    if (isOlder) return { ...frame, text: inWords(text, images, transcript) };
    return {
      ...frame,
      ...(session.model === null ? {} : { model: session.model }),
      ...(session.effort === null ? {} : { effort: session.effort }),
      ...(images.length === 0 ? {} : { images: [...images] }),
      ...(transcript === null ? {} : { transcript }),
      ...(isContinued ? { isContinued } : {}),
    };
  }

  private say(manager: EntityManager, append: AppendEntry, sessionId: string, text: string): void {
    this.messages.store(manager, append, { sessionId, role: 'system', author: { kind: 'system' }, text });
  }
}

/** A container that does not know the mode would not understand the frame. Asking before each change comes next to it. */
function toKnownMode(mode: PermissionMode, modes: readonly PermissionMode[] | null): PermissionMode {
  return mode === 'plan' && !modes?.includes('plan') ? 'ask-first' : mode;
}

function toNotice({
  session,
  permissionMode,
  isOlder,
}: {
  readonly session: Session;
  readonly permissionMode: PermissionMode;
  readonly isOlder: boolean;
}): string | null {
  const isOtherMode = permissionMode !== session.permissionMode;
  if (isOlder) {
    const isMissed = isOtherMode || session.model !== null || session.effort !== null;
    return isMissed ? wordsOfOlder : null;
  }
  return isOtherMode ? `${session.agent} has no plan mode here. It asks before each change instead.` : null;
}

/** An older container knows of texts alone. */
function inWords(text: string, images: readonly string[], transcript: string | null): string {
  const mentions = images.map((image) => `Attached image: ${image}`);
  const whole = [text, ...mentions].join('\n');
  return transcript === null ? whole : `${transcript}\n\n${whole}`;
}
