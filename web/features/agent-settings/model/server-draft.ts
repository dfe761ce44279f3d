import {
  agentSettingsLimits,
  mcpNamePattern,
  type McpServerRequest,
  type McpServerResponse,
  type McpTransport,
} from '@codex-webapp/contracts/agent-settings';
import { toDraft, toSameRequest, toValueRequest, type ValueDraft } from './value-draft.ts';

/** An MCP server while it is typed. */
export interface ServerDraft {
  readonly name: string;
  readonly isEnabled: boolean;
  readonly transport: McpTransport;
  readonly command: string;
  /** One a line. */
  readonly args: string;
  readonly environment: readonly ValueDraft[];
  readonly url: string;
  readonly headers: readonly ValueDraft[];
}

export const emptyServer: ServerDraft = {
  name: '',
  isEnabled: true,
  transport: 'stdio',
  command: '',
  args: '',
  environment: [],
  url: '',
  headers: [],
};

export function toServerDraft(server: McpServerResponse): ServerDraft {
  const { name, isEnabled, transport, command, args, environment, url, headers } = server;
  return {
    name,
    isEnabled,
    transport,
    command: command ?? '',
    args: args.join('\n'),
    environment: environment.map(toDraft),
    url: url ?? '',
    headers: headers.map(toDraft),
  };
}

/** Rows that nothing was typed into are left out. */
export function toServerRequest(draft: ServerDraft): McpServerRequest {
  const { isEnabled, transport } = draft;
  const common = { name: draft.name.trim(), isEnabled, transport };
  if (transport !== 'stdio') return { ...common, url: draft.url.trim(), headers: toRequests(draft.headers) };
  return {
    ...common,
    command: draft.command.trim(),
    args: draft.args.split('\n').filter((line) => line !== ''),
    environment: toRequests(draft.environment),
  };
}

/** What is stored, to be stored again beside something that changes. */
export function toSameServer(server: McpServerResponse): McpServerRequest {
  const { name, isEnabled, transport, command, args, environment, url, headers } = server;
  if (transport !== 'stdio')
    return { name, isEnabled, transport, url: url ?? '', headers: headers.map(toSameRequest) };
  const own = { command: command ?? '', args, environment: environment.map(toSameRequest) };
  return { name, isEnabled, transport, ...own };
}

export function isComplete({ name, transport, command, url }: ServerDraft): boolean {
  return name.trim() !== '' && (transport === 'stdio' ? command : url).trim() !== '';
}

/** Why it cannot be called so; null while it can, or while nothing is typed. */
export function problemOfServerName(name: string, others: readonly McpServerResponse[]): string | null {
  const trimmed = name.trim();
  if (trimmed === '') return null;
  if (others.some((other) => other.name === trimmed)) return `${trimmed} is there already.`;
  const isPossible = mcpNamePattern.test(trimmed) && trimmed.length <= agentSettingsLimits.mcpNameMaxLength;
  return isPossible ? null : 'A name is made of letters, digits, - and _, 40 at most.';
}

function toRequests(drafts: readonly ValueDraft[]) {
  return drafts.filter(({ name, value }) => name.trim() !== '' || value !== '').map(toValueRequest);
}
