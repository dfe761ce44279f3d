import type { ContainerLogEvent, ContainerStatus } from '@codex-webapp/contracts/containers';
import { toPlainOutput } from '@codex-webapp/ui';

/** Older rows are let go. */
export const keptRows = 3_000;

export interface LogRow {
  /** Grows by one with every row. */
  readonly key: number;
  /** A line of the container, or what is said about its log. */
  readonly kind: 'line' | 'note' | 'warning' | 'danger';
  readonly at: string | null;
  readonly text: string;
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
  const add = (kind: LogRow['kind'], text: string, at: string | null = null): void => {
    added.push({ key: nextKey, kind, at, text });
    nextKey += 1;
  };
  for (const event of events) {
    switch (event.type) {
      case 'line':
        add('line', toPlainOutput(event.text), event.at);
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
  const lines = rows.map(({ kind, at, text }) => {
    if (kind !== 'line') return `[${text}]`;
    return at === null ? text : `${at} ${text}`;
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** Rows whose text has `query`, in any case; all of them for an empty one. */
export function filterRows(rows: readonly LogRow[], query: string): readonly LogRow[] {
  const wanted = query.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ kind, text }) => kind === 'line' && text.toLowerCase().includes(wanted));
}
