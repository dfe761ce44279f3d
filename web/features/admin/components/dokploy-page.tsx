'use client';

import type { DokploySettingsResponse } from '@codex-webapp/contracts/containers';
import { Badge, Banner, Button, ConfirmDialog, ErrorState, Skeleton, Spinner, toast } from '@codex-webapp/ui';
import { useState } from 'react';
import { useCurrentUser } from '../../auth/index.ts';
import { SettingsSection } from '../../settings/index.ts';
import { useDokploySettings } from '../hooks/use-dokploy-settings.ts';
import { AdminsOnly } from './admins-only.tsx';
import { DokploySettingsForm } from './dokploy-settings-form.tsx';

export function DokployPage() {
  return useCurrentUser().role === 'admin' ? (
    <DokploySection />
  ) : (
    <AdminsOnly>Ask an administrator of this server to set up where sessions run.</AdminsOnly>
  );
}

function DokploySection() {
  const { settings, error, retry, save, remove, test } = useDokploySettings();
  const [isRemoving, setIsRemoving] = useState(false);
  return (
    <>
      <SettingsSection
        title="Sessions in Dokploy"
        description="Each session becomes an app of a Dokploy server, with a volume and a network of its own."
        action={settings !== null && <SourceBadge source={settings.source} />}
      >
        {settings !== null && (
          <DokploySettingsForm
            key={settings.source}
            settings={settings}
            onTest={test}
            onSave={async (request) => {
              await save(request);
              toast({
                tone: 'success',
                title: 'Dokploy is set up',
                description: 'New sessions can run there.',
              });
            }}
          />
        )}
        {settings === null && error === null && <SettingsLoading />}
        {settings === null && error !== null && (
          <ErrorState title="The settings did not load" onRetry={retry} className="py-8">
            {error}
          </ErrorState>
        )}
      </SettingsSection>
      <Banner tone="warning">
        Dokploy cannot take capabilities away, limit processes or make the root file system read-only, as
        Docker on this machine does. And its key is as good as root on its servers: it stays on this one,
        encrypted.
      </Banner>
      {settings?.source === 'settings' && (
        <div className="flex justify-end">
          <Button variant="danger" onClick={() => setIsRemoving(true)}>
            Forget Dokploy
          </Button>
        </div>
      )}
      <ConfirmDialog
        isOpen={isRemoving}
        onOpenChange={setIsRemoving}
        title="Forget Dokploy?"
        confirmLabel="Forget Dokploy"
        isDangerous
        onConfirm={remove}
      >
        The address and the key are deleted here. Nothing is deleted in Dokploy. It is refused while sessions
        have their data there.
      </ConfirmDialog>
    </>
  );
}

function SourceBadge({ source }: Pick<DokploySettingsResponse, 'source'>) {
  if (source === 'none') return <Badge>Not set up</Badge>;
  return source === 'settings' ? (
    <Badge tone="success">Set up</Badge>
  ) : (
    <Badge tone="accent">By environment</Badge>
  );
}

function SettingsLoading() {
  return (
    <div className="flex flex-col gap-3 p-4">
      <Spinner label="Loading the settings of Dokploy" className="sr-only" />
      <Skeleton className="w-1/2" />
      <Skeleton className="w-1/3" />
    </div>
  );
}
