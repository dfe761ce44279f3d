import {
  type AgentControls,
  type AgentRequestAnswer,
  foldTurn,
  type MessageItem,
  type PermissionMode,
} from '@codex-webapp/contracts';
import type { AgentEvent, AgentTurn, PermissionAsk, QuestionAsk } from '../../src/agents/agent-driver.ts';

type Ask = PermissionAsk | QuestionAsk;

export interface RecordedTurnOptions {
  readonly text: string;
  readonly workspacePath: string;
  readonly permissionMode?: PermissionMode;
  readonly model?: string;
  readonly effort?: string;
  readonly imagePaths?: readonly string[];
  readonly transcript?: string;
  readonly isContinued?: boolean;
  /** What was said before; nothing when absent. */
  readonly recollection?: string;
  /** Answers what the agent asks; absent, nobody does until the turn is interrupted. */
  readonly answer?: (ask: Ask) => AgentRequestAnswer;
}

/** A turn that writes down what its driver reports. */
export class RecordedTurn implements AgentTurn {
  readonly turnId = 'turn';
  readonly events: AgentEvent[] = [];
  readonly asks: Ask[] = [];
  /** The latest that the driver told. */
  controls: Omit<AgentControls, 'agent'> | null = null;
  readonly titles: string[] = [];
  readonly text: string;
  readonly workspacePath: string;
  readonly permissionMode: PermissionMode;
  readonly model: string | null;
  readonly effort: string | null;
  readonly imagePaths: readonly string[];
  readonly transcript: string | null;
  readonly isContinued: boolean;
  readonly signal: AbortSignal;
  private readonly interruption = new AbortController();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: RecordedTurnOptions) {
    this.text = options.text;
    this.workspacePath = options.workspacePath;
    this.permissionMode = options.permissionMode ?? 'full-auto';
    this.model = options.model ?? null;
    this.effort = options.effort ?? null;
    this.imagePaths = options.imagePaths ?? [];
    this.transcript = options.transcript ?? null;
    this.isContinued = options.isContinued ?? false;
    this.signal = this.interruption.signal;
  }

  get items(): readonly MessageItem[] {
    return foldTurn(
      this.turnId,
      this.events.map((event) => ({ ...event, turnId: this.turnId })),
    ).items;
  }

  get said(): string {
    return this.items.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');
  }

  get notices(): readonly string[] {
    return this.items.flatMap((item) => (item.type === 'notice' ? [item.text] : []));
  }

  interrupt(): void {
    this.interruption.abort('You interrupted it.');
  }

  emit(event: AgentEvent): Promise<void> {
    this.events.push(event);
    for (const watcher of this.watchers) watcher();
    return Promise.resolve();
  }

  offer(controls: Omit<AgentControls, 'agent'>): void {
    this.controls = controls;
  }

  suggestTitle(title: string): void {
    this.titles.push(title);
    for (const watcher of this.watchers) watcher();
  }

  recall(): Promise<string | null> {
    return Promise.resolve(this.options.recollection ?? null);
  }

  ask(request: Ask): Promise<AgentRequestAnswer | null> {
    this.asks.push(request);
    for (const watcher of this.watchers) watcher();
    const { answer } = this.options;
    if (answer) return Promise.resolve(answer(request));
    return new Promise((resolve) =>
      this.signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
  }

  /** Resolves once the condition holds. Rejects after 20 s. */
  async until(isTrue: () => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Not within 20 s: ${isTrue.toString()}`)), 20_000);
      const watcher = () => {
        if (!isTrue()) return;
        clearTimeout(timer);
        this.watchers.delete(watcher);
        resolve();
      };
      this.watchers.add(watcher);
      watcher();
    });
  }
}
