import { Logger } from '@nestjs/common';
import type { MainFrameOf } from '@codex-webapp/contracts';
import { resolvePromptImages } from './prompt-images.ts';
import { type AgentDriver, isSteerable } from '../agents/agent-driver.ts';
import { AgentSetupError } from '../agents/programs/agent-setup.error.ts';
import type { TurnJournal } from './turn-journal.ts';
import type { TurnRecorder } from './turn-recorder.ts';

export type SteeredPrompt = Omit<MainFrameOf<'turn.steer'>, 'type'>;

/** How long an agent has for taking a text before nobody can know whether it did. */
const steerDeadlineMs = 10_000;

/** The same once the turn is over: an interrupt ends it within a second, whatever the agent does. */
const closeGraceMs = 200;

/** The prompts that are given to an agent within one turn: each once, in order, and each reported before the turn ends. */
export class Steering {
  private readonly logger = new Logger(Steering.name);
  private work: Promise<void> = Promise.resolve();
  private readonly closing = new AbortController();

  constructor(
    private readonly journal: TurnJournal,
    private readonly recorder: TurnRecorder,
    private readonly driver: AgentDriver | null,
    private readonly agent: string,
    private readonly workspacePath: string,
  ) {}

  /** A repeated one is left alone: what is known of it stands in the outbox, or will. */
  take(prompt: SteeredPrompt): void {
    this.work = this.work
      .then(() => this.give(prompt))
      .catch((error: unknown) => {
        this.logger.error({ msg: 'A prompt could not be steered', promptId: prompt.promptId, err: error });
      });
  }

  /** Takes nothing any more. Resolves when what the agent got is reported. */
  close(): Promise<void> {
    this.closing.abort();
    return this.work;
  }

  private async give({ promptId, turnId, text, images = [] }: SteeredPrompt): Promise<void> {
    if (this.closing.signal.aborted) return;
    const { agent } = this;
    const known = this.journal.find(promptId);
    if (known && known.state !== 'accepted') return;
    if (!this.driver || !isSteerable(this.driver)) return;
    const imagePaths = await resolvePromptImages(this.workspacePath, images);
    // Written first: after a crash in between it counts as given, since a prompt that ran is never run again.
    await this.journal.record({ promptId, turnId, agent, state: 'started', isSteered: true });
    if (await this.isTaken(this.driver.steer(turnId, text, imagePaths), promptId)) {
      await this.recorder.emit({ type: 'prompt.steered', promptId });
      await this.journal.record({ promptId, turnId, agent, state: 'ended', isSteered: true });
      return;
    }
    await this.journal.record({ promptId, turnId, agent, state: 'accepted' });
    const notice = 'The agent could not take your message while it works. It is next.';
    await this.recorder.emit({ type: 'notice.raised', level: 'info', text: notice });
  }

  /** Where nobody can know, it was: said once too little can be said again, done twice cannot be undone. */
  private async isTaken(steered: Promise<boolean>, promptId: string): Promise<boolean> {
    try {
      return await Promise.race([steered, this.deadline()]);
    } catch (error) {
      // An image that cannot be read, say. As a turn of its own it fails with the reason.
      if (error instanceof AgentSetupError) return false;
      this.logger.warn({ msg: 'Nobody knows whether the agent took a prompt', promptId, err: error });
      return true;
    }
  }

  private deadline(): Promise<never> {
    return new Promise((_resolve, reject) => {
      const fail = (): void => reject(new Error('The agent did not answer in time.'));
      setTimeout(fail, steerDeadlineMs).unref();
      this.closing.signal.addEventListener('abort', () => setTimeout(fail, closeGraceMs).unref(), {
        once: true,
      });
    });
  }
}
