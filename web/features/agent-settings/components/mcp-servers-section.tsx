'use client';

import type { McpServerRequest, McpServerResponse } from '@codex-webapp/contracts/agent-settings';
import { Button, ConfirmDialog, toast } from '@codex-webapp/ui';
import { Plus, Wrench } from '@codex-webapp/ui/icons';
import { useState } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { SettingsSection } from '../../settings/index.ts';
import type { SettingsOwner } from '../api.ts';
import { useEdited } from '../hooks/use-edited.ts';
import { useMcpServers } from '../hooks/use-mcp-servers.ts';
import { toSameServer, toServerRequest } from '../model/server-draft.ts';
import { McpServerForm } from './mcp-server-form.tsx';
import { McpServerRow } from './mcp-server-row.tsx';
import { SettingsList } from './settings-list.tsx';
import { UnreadableBanner } from './unreadable-banner.tsx';

type Props = {
  owner: SettingsOwner;
  description: string;
};

export function McpServersSection({ owner, description }: Props) {
  const { list, error, retry, save } = useMcpServers(owner);
  const edited = useEdited();
  const [removing, setRemoving] = useState<McpServerResponse | null>(null);
  const servers = list?.servers ?? [];
  const { isAdding } = edited;

  const replace = (replaced: McpServerResponse | null, request: McpServerRequest) => {
    const kept = servers.map((one) => (one === replaced ? request : toSameServer(one)));
    return save(replaced === null ? [...kept, request] : kept);
  };

  const handleToggle = async (server: McpServerResponse, isEnabled: boolean) => {
    try {
      await replace(server, { ...toSameServer(server), isEnabled });
    } catch (cause) {
      toast({ tone: 'danger', title: `${server.name} is as it was`, description: describeError(cause) });
    }
  };

  const formOf = (server: McpServerResponse | null) => (
    <McpServerForm
      server={server}
      others={servers.filter((one) => one !== server)}
      onCancel={() => edited.close()}
      onSave={async (draft) => {
        await replace(server, toServerRequest(draft));
        edited.close();
        toast({ tone: 'success', title: `${draft.name.trim()} is set` });
      }}
    />
  );

  return (
    <SettingsSection
      title="MCP servers"
      description={description}
      action={
        <Button
          id={edited.buttonIdOf(null)}
          onClick={() => edited.open(null)}
          disabled={list === null || isAdding}
        >
          <Plus aria-hidden /> Add server
        </Button>
      }
    >
      {list?.isReadable === false && <UnreadableBanner what="MCP servers" />}
      <SettingsList
        what="MCP servers"
        isLoaded={list !== null}
        isEmpty={servers.length === 0 && !isAdding}
        error={error}
        onRetry={retry}
        empty={{
          icon: <Wrench aria-hidden />,
          title: 'No MCP servers',
          hint: 'Add one to give agents more tools: a tracker, a database, a browser.',
        }}
      >
        {servers.map((server) => (
          <li key={server.name} className="border-b border-border px-4 py-3 last:border-b-0">
            {edited.isEditing(server.name) ? (
              formOf(server)
            ) : (
              <McpServerRow
                server={server}
                onToggle={(isEnabled) => void handleToggle(server, isEnabled)}
                editButtonId={edited.buttonIdOf(server.name)}
                onEdit={() => edited.open(server.name)}
                onRemove={() => setRemoving(server)}
              />
            )}
          </li>
        ))}
        {isAdding && <li className="px-4 py-3">{formOf(null)}</li>}
      </SettingsList>
      <ConfirmDialog
        isOpen={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ''}?`}
        confirmLabel="Remove server"
        isDangerous
        onConfirm={() => save(servers.filter((one) => one !== removing).map(toSameServer))}
      >
        Agents do without its tools from their next message on.
      </ConfirmDialog>
    </SettingsSection>
  );
}
