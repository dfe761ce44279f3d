import type { AgentTurn, TurnResult } from '../agent-driver.ts';
import { ConversationFile } from './conversation-file.ts';
import { notice } from './notice.ts';

/** Which of an agent's own conversations is the session's, and what the agent has to be told because it lost one. */
export class ConversationMemory {
  private readonly file: ConversationFile;
  /** It began anew and does not know yet what was said before. */
  private isUntold = false;
  /** The user has not heard yet that it began anew. */
  private isUnsaid = false;
  private isBeingTold = false;

  /** `name` without an ending, one per agent: `codex-thread`. */
  constructor(
    private readonly agentName: string,
    statePath: string,
    name: string,
  ) {
    this.file = new ConversationFile(statePath, name);
  }

  /** Null when there is none. Then an agent that has answered here before has lost what it knew. */
  async find({ isContinued }: Pick<AgentTurn, 'isContinued'>): Promise<string | null> {
    const known = await this.file.read();
    this.isUntold = known?.isUntold ?? this.isUntold;
    if (!known && isContinued) this.lose();
    return known?.conversationId ?? null;
  }

  /** The agent goes on in this one from now on. */
  async write(conversationId: string): Promise<void> {
    const known = await this.file.read();
    if (known?.conversationId === conversationId && known.isUntold === this.isUntold) return;
    await this.file.write({ conversationId, isUntold: this.isUntold });
  }

  /** The agent could not go on with what `find` gave, and begins another one. */
  lose(): void {
    this.isUnsaid = !this.isUntold;
    this.isUntold = true;
  }

  /** What the agent is asked, after all that it does not know. Says so to the user when the agent has lost something. */
  async compose(turn: AgentTurn): Promise<string> {
    this.isBeingTold = false;
    const transcript = this.isUntold ? await this.recall(turn) : null;
    const told = transcript ?? turn.transcript;
    return told === null ? turn.text : `${told}\n\n${turn.text}`;
  }

  /** To be called with the end of each turn that was composed. */
  async settle({ outcome }: TurnResult): Promise<void> {
    // A turn that failed may never have reached the agent; hearing something twice is better than never.
    if (!this.isBeingTold || outcome === 'failed') return;
    this.isBeingTold = false;
    this.isUntold = false;
    const known = await this.file.read();
    if (known) await this.file.write({ ...known, isUntold: false });
  }

  private async recall(turn: AgentTurn): Promise<string | null> {
    // Words before a command would make it none. The next prompt brings them.
    const isCommand = turn.text.startsWith('/');
    const transcript = isCommand ? null : await turn.recall();
    this.isBeingTold = transcript !== null;
    if (this.isUnsaid) await turn.emit(notice('warning', this.toLoss(isCommand, transcript !== null)));
    this.isUnsaid = false;
    return transcript;
  }

  private toLoss(isCommand: boolean, isTold: boolean): string {
    const lost = `${this.agentName} cannot go on with the earlier conversation and starts afresh`;
    if (isTold) return `${lost}, with a transcript of what was said before.`;
    return isCommand
      ? `${lost}. Your next message brings it a transcript of what was said before.`
      : `${lost}: it does not know what was said before.`;
  }
}
