import type { ContainerLogEvent, ContainerStatus } from '@codex-webapp/contracts/containers';
import { toPlainOutput } from '@codex-webapp/ui';

/** Older rows are let go. */
export const keptRows = 3_000;

export interface LogRow {
  /** Grows by one with every row. */
  readonly key: number;
  /** A line of the container, or what is said about its log. */
  readonly kind: 'line' | 'warning-line' | 'error-line' | 'note' | 'warning' | 'danger';
  readonly at: string | null;
  readonly text: string;
  /** As it was printed, where `text` is made to be read. */
  readonly raw?: string;
}

export interface LogState {
  readonly rows: readonly LogRow[];
  readonly nextKey: number;
  /** Null until the server has said how it is. */
  readonly status: ContainerStatus | null;
  readonly generation: number;
  /** Why the log cannot be read now. */
  readonly trouble: string | null;
}

export const emptyLog: LogState = { rows: [], nextKey: 0, status: null, generation: 0, trouble: null };

/** Takes in what came at once. */
export function addLogEvents(state: LogState, events: readonly ContainerLogEvent[]): LogState {
  const added: LogRow[] = [];
  let { nextKey, status, generation, trouble } = state;
  const add = (kind: LogRow['kind'], text: string): void => {
    added.push({ key: nextKey, kind, at: null, text });
    nextKey += 1;
  };
  for (const event of events) {
    switch (event.type) {
      case 'line':
        added.push({ key: nextKey, ...toLine(event.text, event.at) });
        nextKey += 1;
        trouble = null;
        break;
      case 'gap':
        add('warning', gapWords[event.reason]);
        break;
      case 'container': {
        const note = status === null ? null : noteOf(event, { status, generation });
        if (note !== null) add(note.kind, note.text);
        ({ status, generation } = event);
        trouble = null;
        break;
      }
      case 'unavailable':
        trouble = event.message;
        break;
      case 'hello':
      case 'end':
        break;
      default:
        event satisfies never;
    }
  }
  const rows = added.length === 0 ? state.rows : [...state.rows, ...added].slice(-keptRows);
  return { rows, nextKey, status, generation, trouble };
}

export function isLine(kind: LogRow['kind']): boolean {
  return kind === 'line' || kind === 'warning-line' || kind === 'error-line';
}

const warningLevel = 40;
const errorLevel = 50;

/** container-agent writes each line of its log as JSON, which is made to be read; what others print stays as it is. */
function toLine(text: string, at: string | null): Omit<LogRow, 'key'> {
  const raw = toPlainOutput(text);
  const entry = parseEntry(raw);
  if (entry === null) return { kind: 'line', at, text: raw };
  const { level, time, msg, context, ...fields } = entry;
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${toWord(value)}`);
  const origin = typeof context === 'string' ? `${context}: ` : '';
  return {
    kind: kindOf(level),
    at: at ?? new Date(time).toISOString(),
    text: `${origin}${msg}${rest.join('')}`,
    raw,
  };
}

interface AgentLogEntry {
  readonly level: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

function parseEntry(text: string): AgentLogEntry | null {
  if (!text.startsWith('{"level":')) return null;
  try {
    const entry = JSON.parse(text) as Partial<AgentLogEntry>;
    const { level, time, msg } = entry;
    const isOurs = typeof level === 'number' && typeof msg === 'string' && Number.isSafeInteger(time);
    return isOurs && Math.abs(time ?? 0) < latestTime ? (entry as AgentLogEntry) : null;
  } catch {
    // Cut, or somebody else's.
    return null;
  }
}

/** That a date can be. */
const latestTime = 8.64e15;

function toWord(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function kindOf(level: number): LogRow['kind'] {
  if (level >= errorLevel) return 'error-line';
  return level >= warningLevel ? 'warning-line' : 'line';
}

const gapWords = {
  lost: 'Lines may be missing here: they are no longer kept.',
  'too-fast': 'Lines are left out here: the container prints faster than can be shown.',
} as const;

type ContainerEvent = Extract<ContainerLogEvent, { type: 'container' }>;

/** What to say about a container that is not as it was; null when that needs no words. */
function noteOf(
  { status, generation, reason }: ContainerEvent,
  before: { readonly status: ContainerStatus; readonly generation: number },
): Pick<LogRow, 'kind' | 'text'> | null {
  if (status === before.status) {
    const isAnother = status === 'running' && generation !== before.generation;
    return isAnother ? { kind: 'note', text: 'The container was started again.' } : null;
  }
  switch (status) {
    case 'creating':
      return { kind: 'note', text: 'The container is being started.' };
    case 'running':
      return before.status === 'creating' ? null : { kind: 'note', text: 'The container runs.' };
    case 'stopped':
      return { kind: 'note', text: 'The container was stopped.' };
    case 'error':
      return { kind: 'danger', text: `The container ended. ${firstLine(reason)}`.trim() };
    case 'absent':
      return { kind: 'note', text: 'The container was removed.' };
    case 'stopping':
    case 'unknown':
      return null;
    default:
      return status satisfies never;
  }
}

/** Its last words are above it already. */
function firstLine(reason: string | null): string {
  return reason?.split('\n')[0] ?? '';
}

/** For the clipboard and for files. */
export function toLogText(rows: readonly LogRow[]): string {
  const lines = rows.map(({ kind, at, text, raw }) => {
    if (!isLine(kind)) return `[${text}]`;
    if (raw !== undefined) return raw;
    return at === null ? text : `${at} ${text}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Rows whose text has `query`, in any case; all of them for an empty one. */
export function filterRows(rows: readonly LogRow[], query: string): readonly LogRow[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ kind, text }) => isLine(kind) && text.toLowerCase().includes(wanted));
}
