import { ErrorState, Spinner } from '@codex-webapp/ui';
import { useEffect, useState } from 'react';
import { portsApi } from '../../lib/ports-api.ts';

type Props = {
  port: number;
};

type Entry =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'open'; readonly url: string };

/** What listens on a port, in a frame of an origin of its own. Mounted anew, it enters anew. */
export function PreviewFrame({ port }: Props) {
  const [entry, setEntry] = useState<Entry>({ kind: 'loading' });

  useEffect(() => {
    let isCurrent = true;
    const enter = async (): Promise<void> => {
      const next = await findEntry(port);
      if (isCurrent) setEntry(next);
    };
    void enter();
    return () => {
      isCurrent = false;
    };
  }, [port]);

  switch (entry.kind) {
    case 'loading':
      return (
        <div className="grid flex-1 place-items-center text-muted">
          <Spinner label="Opening the preview" />
        </div>
      );
    case 'failed':
      return <ErrorState title="The preview could not be opened">{entry.message}</ErrorState>;
    case 'open':
      return (
        <iframe
          title={`Preview of port ${port}`}
          src={entry.url}
          // oxlint-disable-next-line react/iframe-missing-sandbox -- allow-same-origin is safe because its origin is neither ours nor the app's
          sandbox="allow-scripts allow-same-origin allow-forms allow-downloads"
          allow="camera 'none'; microphone 'none'; geolocation 'none'; clipboard-read 'none'"
          referrerPolicy="no-referrer"
          className="min-h-0 w-full flex-1 border-0"
        />
      );
    default:
      return entry satisfies never;
  }
}

async function findEntry(port: number): Promise<Entry> {
  try {
    return { kind: 'open', url: (await portsApi.enter(port)).url };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? error.message : 'Try again.' };
  }
}
