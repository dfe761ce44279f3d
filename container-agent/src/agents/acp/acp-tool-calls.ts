import {
  deltaMaxLength,
  type FileDiff,
  type PlanEntry,
  type ToolStatus,
  type TurnEventOf,
} from '@codex-webapp/contracts';
import type { AgentEvent } from '../agent-driver.ts';
import { toFileDiffs, toWrittenFile } from './acp-diffs.ts';
import type { AcpToolCall } from './acp-protocol.ts';
import { textOf } from './acp-content.ts';
import { toPlanEntries } from './acp-plan.ts';

type ToolStarted = Omit<TurnEventOf<'tool.started'>, 'turnId'>;

const titleMaxLength = 1_000;
const commandMaxLength = 8_192;
const mostLocations = 200;

interface Running {
  call: AcpToolCall;
  started: ToolStarted;
  /** What was said of its output so far. */
  output: string;
}

/** The tool calls of one turn: the agent tells each of them in parts, of which the later ones replace the earlier. */
export class AcpToolCalls {
  private readonly running = new Map<string, Running>();
  /** What was shown with a request for permission: whole files, where the call itself may tell of a part only. */
  private readonly asked = new Map<string, FileDiff[]>();
  private readonly declined = new Set<string>();
  private isInterrupted = false;

  constructor(private readonly workspacePath: string) {}

  update(part: AcpToolCall): readonly AgentEvent[] {
    if (this.declined.has(part.toolCallId)) return [];
    const known = this.running.get(part.toolCallId);
    const call = known ? merge(known.call, part) : part;
    const events: AgentEvent[] = [];
    const running = known ?? { call, started: this.toStarted(call), output: '' };
    const started = this.toStarted(call);
    const isOver = call.status === 'completed' || call.status === 'failed';
    const isNews = JSON.stringify(started) !== JSON.stringify(running.started);
    // Saying it again starts its output anew.
    if (!known || (isNews && !isOver && running.output === '')) events.push(started);
    Object.assign(running, { call, started });
    this.running.set(call.toolCallId, running);

    // What comes with the announcement of a command describes it.
    const isOutput = known !== undefined || isOver;
    events.push(...this.toPlan(part), ...(isOutput ? toOutputDelta(running, part, isOver) : []));
    if (isOver) events.push(this.toEnded(running));
    return events;
  }

  /** What the agent asks permission for is known by name before it begins. */
  ask(part: AcpToolCall): { readonly call: AcpToolCall; readonly diffs: FileDiff[] | undefined } {
    const known = this.running.get(part.toolCallId);
    const call = known ? merge(known.call, part) : part;
    const diffs = toFileDiffs(part, this.workspacePath) ?? toFileDiffs(call, this.workspacePath);
    if (diffs) this.asked.set(part.toolCallId, diffs);
    return { call, diffs: diffs ?? toWrittenFile(call, this.workspacePath) };
  }

  /** The user allowed it not: some agents say no more of it. */
  decline(call: AcpToolCall): readonly AgentEvent[] {
    const { toolCallId } = call;
    const isShown = this.running.delete(toolCallId);
    this.declined.add(toolCallId);
    return [
      ...(isShown ? [] : [this.toStarted(call)]),
      { type: 'tool.ended', toolCallId, status: 'declined' },
    ];
  }

  /** From now on a call that ends badly was ended by the interruption. */
  interrupt(): void {
    this.isInterrupted = true;
  }

  /** Closes what the end of the turn leaves open. */
  endRunning(status: 'completed' | 'interrupted'): readonly AgentEvent[] {
    const ids = [...this.running.keys()];
    this.running.clear();
    return ids.map((toolCallId) => ({ type: 'tool.ended', toolCallId, status }));
  }

  private toStarted(call: AcpToolCall): ToolStarted {
    const command = commandOf(call);
    const locations = (call.locations ?? []).slice(0, mostLocations).map(({ path, line }) => ({
      path: path.slice(0, 4_096),
      ...(typeof line === 'number' ? { line } : {}),
    }));
    const diffs = this.asked.get(call.toolCallId) ?? toFileDiffs(call, this.workspacePath);
    const title = command === undefined ? call.title : command.split('\n')[0];
    return {
      type: 'tool.started',
      toolCallId: call.toolCallId,
      kind: call.kind ?? 'other',
      title: (title ?? 'Tool').slice(0, titleMaxLength),
      ...(command === undefined ? {} : { command: command.slice(0, commandMaxLength) }),
      ...(diffs ? { diffs } : {}),
      ...(locations.length > 0 ? { locations } : {}),
    };
  }

  private toEnded({ call, output }: Running): AgentEvent {
    this.running.delete(call.toolCallId);
    const exitCode = exitCodeOf(call);
    const diffs =
      this.asked.get(call.toolCallId) ??
      toFileDiffs(call, this.workspacePath) ??
      toWrittenFile(call, this.workspacePath);
    const status = this.statusOf(call, exitCode);
    return {
      type: 'tool.ended',
      toolCallId: call.toolCallId,
      status,
      ...(exitCode === undefined ? {} : { exitCode }),
      output: wholeOutputOf(call, output),
      ...(diffs && status === 'completed' ? { diffs } : {}),
    };
  }

  private statusOf({ kind, status }: AcpToolCall, exitCode: number | null | undefined): ToolStatus {
    const hasFailed = status === 'failed' || (typeof exitCode === 'number' && exitCode !== 0);
    // Some call a command that was cancelled completed.
    const isCut = this.isInterrupted && (hasFailed || (kind === 'execute' && exitCode !== 0));
    if (isCut) return 'interrupted';
    return hasFailed ? 'failed' : 'completed';
  }

  /** Some agents show their plan as the input of a tool alone. */
  private toPlan({ rawInput }: AcpToolCall): readonly AgentEvent[] {
    const entries: PlanEntry[] = toPlanEntries(rawInput?.['todos']);
    return entries.length > 0 ? [{ type: 'plan.updated', entries }] : [];
  }
}

function merge(call: AcpToolCall, part: AcpToolCall): AcpToolCall {
  const news = Object.entries(part).filter(([, value]) => value !== undefined && value !== null);
  return { ...call, ...Object.fromEntries(news) };
}

function commandOf({ kind, rawInput, title }: AcpToolCall): string | undefined {
  if (kind !== 'execute') return undefined;
  const command = rawInput?.['command'] ?? rawInput?.['cmd'];
  if (Array.isArray(command)) return command.join(' ');
  return typeof command === 'string' && command !== '' ? command : (title ?? undefined);
}

/** The content of a running call is all of its output so far, or, from a terminal of the agent's, what is new of it. */
function toOutputDelta(running: Running, part: AcpToolCall, isOver: boolean): readonly AgentEvent[] {
  const { toolCallId, _meta: meta } = part;
  const fresh = meta?.terminal_output_delta?.data ?? meta?.terminal_output?.data;
  if (fresh === undefined && isOver) return [];
  const soFar = fresh === undefined ? contentOf(part) : running.output + fresh;
  if (soFar === '' || !soFar.startsWith(running.output)) return [];
  const text = soFar.slice(running.output.length);
  running.output = soFar;
  return cut(text).map((piece) => ({ type: 'tool.delta', toolCallId, text: piece }));
}

function cut(text: string): string[] {
  const pieces = [];
  for (let at = 0; at < text.length; at += deltaMaxLength) pieces.push(text.slice(at, at + deltaMaxLength));
  return pieces;
}

function wholeOutputOf(call: AcpToolCall, soFar: string): string {
  const raw = typeof call.rawOutput === 'object' ? call.rawOutput?.['output'] : undefined;
  if (call.kind === 'execute' && typeof raw === 'string') return raw;
  return contentOf(call) || soFar;
}

function contentOf({ content }: AcpToolCall): string {
  return (content ?? [])
    .map((part) => (part.type === 'content' && 'content' in part ? textOf(part.content) : ''))
    .filter(Boolean)
    .join('\n');
}

function exitCodeOf({ kind, rawOutput, _meta: meta }: AcpToolCall): number | null | undefined {
  if (meta?.terminal_exit) return meta.terminal_exit.exit_code ?? null;
  if (kind !== 'execute' || typeof rawOutput !== 'object' || !rawOutput) return undefined;
  const { metadata } = rawOutput;
  const inner =
    typeof metadata === 'object' && metadata !== null && 'exit' in metadata ? metadata.exit : undefined;
  const code = rawOutput['exitCode'] ?? rawOutput['exit_code'] ?? inner;
  return typeof code === 'number' ? code : undefined;
}
