'use client';

import {
  agentSettingsLimits,
  agentsWithout,
  mcpTransports,
  type McpServerResponse,
} from '@codex-webapp/contracts/agent-settings';
import { Field, Input, Select, Textarea } from '@codex-webapp/ui';
import { useState } from 'react';
import { describeAgentsWithout } from '../model/mcp-words.ts';
import {
  emptyServer,
  isComplete,
  problemOfServerName,
  toServerDraft,
  type ServerDraft,
} from '../model/server-draft.ts';
import { InlineForm } from './inline-form.tsx';
import { NamedValuesField } from './named-values-field.tsx';

type Props = {
  /** Null: a new one. */
  server: McpServerResponse | null;
  others: readonly McpServerResponse[];
  onCancel: () => void;
  onSave: (draft: ServerDraft) => Promise<void>;
};

const transportTitles = {
  stdio: 'A program in the session',
  http: 'An address (HTTP)',
  sse: 'An address (SSE, older)',
} as const;

export function McpServerForm({ server, others, onCancel, onSave }: Props) {
  const [draft, setDraft] = useState(() => (server === null ? emptyServer : toServerDraft(server)));
  const change = (typed: Partial<ServerDraft>) => setDraft((current) => ({ ...current, ...typed }));
  const problem = problemOfServerName(draft.name, others);
  return (
    <InlineForm
      label={server === null ? 'A new MCP server' : `Change ${server.name}`}
      isComplete={isComplete(draft) && problem === null}
      onCancel={onCancel}
      onSave={() => onSave(draft)}
    >
      <Field label="Name" error={problem}>
        {(control) => (
          <Input
            {...control}
            value={draft.name}
            placeholder="tracker"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            onChange={(event) => change({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Kind" hint={describeAgentsWithout(agentsWithout(draft.transport))}>
        {(control) => (
          <Select
            {...control}
            value={draft.transport}
            onChange={(event) =>
              change({ transport: mcpTransports.find((one) => one === event.target.value) ?? 'stdio' })
            }
          >
            {mcpTransports.map((transport) => (
              <option key={transport} value={transport}>
                {transportTitles[transport]}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {draft.transport === 'stdio' ? (
        <ProgramFields draft={draft} onChange={change} />
      ) : (
        <AddressFields draft={draft} onChange={change} />
      )}
    </InlineForm>
  );
}

type FieldsProps = {
  draft: ServerDraft;
  onChange: (typed: Partial<ServerDraft>) => void;
};

function ProgramFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Field label="Command">
        {(control) => (
          <Input
            {...control}
            value={draft.command}
            maxLength={agentSettingsLimits.commandMaxLength}
            placeholder="npx"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            onChange={(event) => onChange({ command: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Arguments"
        hint="One a line. Everything in the session can read them: no secrets."
        isOptional
      >
        {(control) => (
          <Textarea
            {...control}
            value={draft.args}
            rows={3}
            placeholder={'-y\n@example/mcp-server'}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className="font-mono"
            onChange={(event) => onChange({ args: event.target.value })}
          />
        )}
      </Field>
      <NamedValuesField
        label="Variables"
        item="variable"
        placeholder="API_TOKEN"
        values={draft.environment}
        onChange={(environment) => onChange({ environment })}
      />
    </>
  );
}

function AddressFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Field label="Address" hint="Secrets in headers go to this host alone; another one wants them anew.">
        {(control) => (
          <Input
            {...control}
            type="url"
            value={draft.url}
            maxLength={agentSettingsLimits.urlMaxLength}
            placeholder="https://mcp.example.com/mcp"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            onChange={(event) => onChange({ url: event.target.value })}
          />
        )}
      </Field>
      <NamedValuesField
        label="Headers"
        item="header"
        placeholder="Authorization"
        values={draft.headers}
        onChange={(headers) => onChange({ headers })}
      />
    </>
  );
}
