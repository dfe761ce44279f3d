/** One thing the scripted model does. A prompt is a list of these, one per line. */
export type Step =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'think'; readonly text: string }
  | { readonly kind: 'stream'; readonly tokens: number; readonly everyMs: number }
  | { readonly kind: 'stall'; readonly ms: number }
  | {
      readonly kind: 'fail';
      readonly status: number;
      readonly times: number;
      readonly message: string;
      /** Of a usage limit. */
      readonly resetsInSeconds?: number;
    }
  | { readonly kind: 'drop'; readonly afterTokens: number; readonly times: number }
  | { readonly kind: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  | ToolStep;

/** A step the model cannot do itself: it asks the agent to, and the agent's next request carries the result. */
export type ToolStep =
  | { readonly kind: 'run' | 'start'; readonly command: string }
  | { readonly kind: 'write'; readonly path: string; readonly content: string }
  | { readonly kind: 'edit'; readonly path: string; readonly before: string; readonly after: string }
  | { readonly kind: 'read' | 'delete'; readonly path: string }
  | {
      readonly kind: 'move';
      readonly path: string;
      readonly target: string;
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'plan'; readonly entries: readonly PlanEntry[] }
  | { readonly kind: 'ask'; readonly question: string; readonly options: readonly string[] }
  | { readonly kind: 'propose'; readonly plan: string };

export interface PlanEntry {
  readonly step: string;
  readonly status: 'pending' | 'in_progress' | 'completed';
}

/** A line that begins like a directive and does not go on like one. The message is meant for whoever wrote the prompt. */
export class ScriptError extends Error {}

interface Directive {
  readonly example: string;
  /** Null when the argument makes no sense. */
  readonly parse: (argument: string) => Step | null;
}

const directives = new Map<string, Directive>([
  ['say', { example: 'say: Hello there', parse: parseSpeech('say') }],
  ['think', { example: 'think: I will look first', parse: parseSpeech('think') }],
  ['run', { example: 'run: npm test', parse: parseCommand('run') }],
  ['start', { example: 'start: npm run dev', parse: parseCommand('start') }],
  ['write', { example: 'write: notes.txt <<< first line\\nsecond line', parse: parseWrite }],
  ['edit', { example: 'edit: notes.txt | old line | new line', parse: parseEdit }],
  ['move', { example: 'move: old.txt | new.txt | old line | new line', parse: parseMove }],
  ['delete', { example: 'delete: notes.txt', parse: parseFile('delete') }],
  ['read', { example: 'read: notes.txt', parse: parseFile('read') }],
  ['plan', { example: 'plan: look✓ | write* | test', parse: parsePlan }],
  ['ask', { example: 'ask: Tea or coffee? | Tea | Coffee', parse: parseAsk }],
  ['propose', { example: 'propose: First the tests\\nthen the code', parse: parsePropose }],
  ['stream', { example: 'stream: 200 tokens every 20 ms', parse: parseStream }],
  ['stall', { example: 'stall: 5000', parse: parseStall }],
  ['fail', { example: 'fail: 429 x2 slow down', parse: parseFail }],
  ['limit', { example: 'limit: 3600', parse: parseLimit }],
  ['drop', { example: 'drop: after 3 tokens x2', parse: parseDrop }],
  ['usage', { example: 'usage: 1200 80', parse: parseUsage }],
]);

/**
 * Reads the directives of a prompt. Lines without one are prose and are skipped; a prompt of prose alone is answered in
 * kind. Throws a `ScriptError` that names the line.
 */
export function parseScript(prompt: string): readonly Step[] {
  const steps = prompt
    .split(/\r?\n/)
    .map(parseLine)
    .filter((step) => step !== null);
  return steps.length > 0 ? steps : [{ kind: 'say', text: friendlyAnswer(prompt) }];
}

function parseLine(line: string, index: number): Step | null {
  const match = /^\s*([a-z]+)\s*(?::\s?(.*))?$/.exec(line);
  const [, name = '', argument] = match ?? [];
  const directive = directives.get(name);
  if (!directive || (argument === undefined && name !== 'drop')) return null;

  const step = directive.parse((argument ?? '').trimEnd());
  if (!step)
    throw new ScriptError(
      `Line ${index + 1} is not understood: "${line.trim()}". Write it like "${directive.example}".`,
    );
  return step;
}

function parseSpeech(kind: 'say' | 'think'): Directive['parse'] {
  return (argument) => ({ kind, text: unescape(argument) });
}

function parseCommand(kind: 'run' | 'start'): Directive['parse'] {
  return (argument) => (argument ? { kind, command: argument } : null);
}

function parseFile(kind: 'read' | 'delete'): Directive['parse'] {
  return (argument) => (argument ? { kind, path: argument } : null);
}

function parseWrite(argument: string): Step | null {
  const match = /^(\S.*?)\s*<<<\s?(.*)$/.exec(argument);
  const [, path, content] = match ?? [];
  return path === undefined || content === undefined
    ? null
    : { kind: 'write', path, content: unescape(content) };
}

function parseEdit(argument: string): Step | null {
  const [path, before, after, ...rest] = fields(argument);
  if (!path || !before || after === undefined || rest.length > 0) return null;
  return { kind: 'edit', path: path.trim(), before, after };
}

function parseMove(argument: string): Step | null {
  const [path, target, before, after, ...rest] = fields(argument);
  if (!path || !target || !before || after === undefined || rest.length > 0) return null;
  return { kind: 'move', path: path.trim(), target: target.trim(), before, after };
}

function parsePlan(argument: string): Step | null {
  const entries = fields(argument).map(parsePlanEntry);
  return entries.every((entry) => entry.step) ? { kind: 'plan', entries } : null;
}

function parsePlanEntry(field: string): PlanEntry {
  const text = field.trim();
  if (text.endsWith('✓')) return { step: text.slice(0, -1).trimEnd(), status: 'completed' };
  if (text.endsWith('*')) return { step: text.slice(0, -1).trimEnd(), status: 'in_progress' };
  return { step: text, status: 'pending' };
}

function parseAsk(argument: string): Step | null {
  const [question, ...options] = fields(argument).map((field) => field.trim());
  return question && options.length >= 2 && options.every(Boolean)
    ? { kind: 'ask', question, options }
    : null;
}

function parsePropose(argument: string): Step | null {
  return argument ? { kind: 'propose', plan: unescape(argument) } : null;
}

function parseStream(argument: string): Step | null {
  const [, tokens, everyMs = '0'] = /^(\d+)(?:\s+tokens)?(?:\s+every\s+(\d+)\s*ms)?$/.exec(argument) ?? [];
  return tokens === undefined ? null : { kind: 'stream', tokens: Number(tokens), everyMs: Number(everyMs) };
}

function parseStall(argument: string): Step | null {
  const [, ms] = /^(\d+)(?:\s*ms)?$/.exec(argument) ?? [];
  return ms === undefined ? null : { kind: 'stall', ms: Number(ms) };
}

function parseFail(argument: string): Step | null {
  const [, status, times = '1', message] = /^([45]\d\d)(?:\s+x(\d+))?(?:\s+(\S.*))?$/.exec(argument) ?? [];
  if (status === undefined) return null;
  return {
    kind: 'fail',
    status: Number(status),
    times: Number(times),
    message: message ?? `The script asked for ${status}.`,
  };
}

function parseLimit(argument: string): Step | null {
  const [, seconds] = /^(\d+)(?:\s*s)?$/.exec(argument) ?? [];
  if (seconds === undefined) return null;
  const message = 'The usage limit has been reached';
  return { kind: 'fail', status: 429, times: 1, message, resetsInSeconds: Number(seconds) };
}

function parseDrop(argument: string): Step | null {
  const match = /^(?:after\s+(\d+)(?:\s+tokens?)?)?\s*(?:x(\d+))?$/.exec(argument);
  return match && { kind: 'drop', afterTokens: Number(match[1] ?? 0), times: Number(match[2] ?? 1) };
}

function parseUsage(argument: string): Step | null {
  const [, inputTokens, outputTokens] = /^(\d+)\s+(\d+)$/.exec(argument) ?? [];
  if (inputTokens === undefined) return null;
  return { kind: 'usage', inputTokens: Number(inputTokens), outputTokens: Number(outputTokens) };
}

/** Splits at every `|` that is not escaped and takes one space off each side, so that indentation survives. */
function fields(argument: string): string[] {
  return argument.split(/(?<!\\)\|/).map((field) => unescape(field.replace(/^ /, '').replace(/ $/, '')));
}

function unescape(text: string): string {
  return text.replace(/\\([nt|\\])/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter);
}

function friendlyAnswer(prompt: string): string {
  return (
    `You said: ${prompt.trim() || '(nothing)'}\n\n` +
    'I am the scripted model, so I only do what I am told, line by line. Try this:\n\n' +
    '```\nthink: I will look around first\nrun: ls -la\nwrite: hello.txt <<< Hello\nsay: Done.\n```\n'
  );
}
