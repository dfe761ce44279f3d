'use client';

import {
  dokployLimits,
  type DokploySettingsResponse,
  type DokployTestResponse,
  type SaveDokploySettingsRequest,
} from '@codex-webapp/contracts/containers';
import { Banner, Button } from '@codex-webapp/ui';
import { useState, type FormEvent } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { toForm, toRequest, type DokployForm } from '../model/dokploy-form.ts';
import { DokployChecks } from './dokploy-checks.tsx';
import { DokployField } from './dokploy-field.tsx';

type Props = {
  settings: DokploySettingsResponse;
  onSave: (request: SaveDokploySettingsRequest) => Promise<void>;
  onTest: (request: SaveDokploySettingsRequest) => Promise<DokployTestResponse>;
};

type Work = 'save' | 'test';

export function DokploySettingsForm({ settings, onSave, onTest }: Props) {
  const [form, setForm] = useState(() => toForm(settings));
  const [busy, setBusy] = useState<Work | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [result, setResult] = useState<DokployTestResponse | null>(null);
  const isFixed = settings.source === 'environment';
  const { inherited } = settings;

  const fieldOf = (name: keyof DokployForm) => ({
    value: form[name],
    isDisabled: isFixed,
    onChange: (value: string) => setForm((current) => ({ ...current, [name]: value })),
  });

  const carryOut = async (work: Work, action: () => Promise<void>) => {
    setBusy(work);
    setError(null);
    setResult(null);
    try {
      await action();
    } catch (cause) {
      setError(describeError(cause));
    } finally {
      setBusy(null);
    }
  };

  const handleTest = () =>
    void carryOut('test', async () =>
      setResult(await onTest(isFixed ? { baseUrl: form.baseUrl } : toRequest(form))),
    );

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    void carryOut('save', async () => {
      await onSave(toRequest(form));
      setForm((current) => ({ ...current, apiKey: '', registryPassword: '' }));
    });
  };

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-5 p-4">
      {isFixed && (
        <Banner>DOKPLOY_BASE_URL is set in the environment of the server: change these values there.</Banner>
      )}
      <DokployField
        label="Address"
        hint="Of Dokploy itself, v0.30.0 or newer."
        placeholder="https://dokploy.example.com"
        type="url"
        isRequired
        {...fieldOf('baseUrl')}
      />
      {!isFixed && (
        <DokployField
          label="API key"
          hint="In Dokploy: Settings → Profile → API/CLI Keys. That of an owner or admin."
          placeholder={settings.hasApiKey ? 'Kept; type another one to replace it' : undefined}
          type="password"
          isRequired={!settings.hasApiKey}
          maxLength={dokployLimits.keyMaxLength}
          {...fieldOf('apiKey')}
        />
      )}
      <DokployField
        label="Image of sessions"
        hint="In a registry that Dokploy reaches, with its host."
        placeholder={inherited.image ?? 'ghcr.io/you/codex-session:1'}
        isOptional={inherited.image !== null}
        maxLength={dokployLimits.imageMaxLength}
        {...fieldOf('image')}
      />
      <DokployField
        label="Address of this server for containers"
        hint="Where they reach its port for containers, 3010 by itself. Put TLS in front of it."
        placeholder={inherited.mainUrl ?? 'https://agents-link.example.com'}
        type="url"
        isOptional={inherited.mainUrl !== null}
        {...fieldOf('mainUrl')}
      />
      <details className="group flex flex-col gap-5">
        <summary className="cursor-pointer text-13 font-medium text-text">
          Private registry, project, server and nodes
        </summary>
        <div className="mt-5 flex flex-col gap-5">
          <div className="grid gap-5 sm:grid-cols-2">
            <DokployField label="Registry user" isOptional {...fieldOf('registryUsername')} />
            <DokployField
              label="Registry password"
              type="password"
              placeholder={settings.hasRegistryPassword ? 'Kept' : undefined}
              isOptional
              {...fieldOf('registryPassword')}
            />
            <DokployField label="Project" hint="Made if there is none." {...fieldOf('project')} />
            <DokployField
              label="Environment"
              hint="The default one if empty."
              isOptional
              {...fieldOf('environment')}
            />
          </div>
          <DokployField
            label="Server"
            hint="The id of a remote server of Dokploy. Its own host if empty."
            isOptional
            {...fieldOf('serverId')}
          />
          <DokployField
            label="Nodes"
            hint="Which nodes of the swarm may run sessions, one constraint per line. The node of Dokploy if empty. A session stays on its node, where its data is."
            placeholder="node.labels.sessions==true"
            isMultiline
            isOptional
            {...fieldOf('placement')}
          />
        </div>
      </details>
      {error !== null && <Banner tone="danger">{error}</Banner>}
      {result !== null && <DokployChecks result={result} />}
      <div className="flex justify-end gap-2 max-sm:*:flex-1">
        <Button onClick={handleTest} isBusy={busy === 'test'} disabled={busy !== null || form.baseUrl === ''}>
          Test connection
        </Button>
        {!isFixed && (
          <Button type="submit" variant="primary" isBusy={busy === 'save'} disabled={busy !== null}>
            Save
          </Button>
        )}
      </div>
    </form>
  );
}
