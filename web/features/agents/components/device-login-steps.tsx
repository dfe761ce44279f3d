import type { DeviceLoginResponse } from '@codex-webapp/contracts/credentials';
import { Banner, Button, CopyButton } from '@codex-webapp/ui';
import { ExternalLink } from '@codex-webapp/ui/icons';
import { useState, type FormEvent, type ReactNode } from 'react';
import { describeError } from '../../../lib/api-error.ts';
import { LoginField } from './login-field.tsx';

type Props = {
  login: DeviceLoginResponse;
  name: string;
  onType: (text: string) => Promise<void>;
};

/** What there is to do, taken out of what the program shows, and what it shows. */
export function DeviceLoginSteps({ login, name, onType }: Props) {
  const { link, code, takesInput, screen, endsAt } = login;
  return (
    <>
      {link !== null && (
        <ol className="flex flex-col gap-4">
          <Step title="Open this page, and log in there">
            <div className="flex min-w-0 items-center gap-1">
              <Button asChild variant="primary">
                <a href={link} target="_blank" rel="noopener noreferrer">
                  Open {new URL(link).host} <ExternalLink aria-hidden />
                </a>
              </Button>
              <CopyButton text={link} label="Copy the link" size="md" />
            </div>
          </Step>
          {code !== null && (
            <Step title="Enter this code there">
              <div className="flex items-center gap-1">
                <code className="font-mono text-xl tracking-wider text-text select-all">{code}</code>
                <CopyButton text={code} label="Copy the code" size="md" />
              </div>
            </Step>
          )}
          {takesInput && (
            <Step title="Bring back what it shows">
              <PasteForm onType={onType} />
            </Step>
          )}
        </ol>
      )}
      <figure className="flex min-w-0 flex-col gap-1.5">
        <figcaption className="text-xs text-muted">
          What {name} shows. It is given up at{' '}
          {new Date(endsAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}.
        </figcaption>
        <pre
          aria-label={`Terminal of ${name}`}
          className="max-h-64 overflow-auto rounded-md border border-border bg-surface-sunken p-3 font-mono text-xs leading-snug text-text"
        >
          {screen.join('\n') || ' '}
        </pre>
      </figure>
    </>
  );
}

function Step({ title, children }: { title: string; children: ReactNode }) {
  return (
    <li className="flex list-inside list-decimal flex-col gap-1.5">
      <p className="text-13 font-medium text-text">{title}</p>
      {children}
    </li>
  );
}

function PasteForm({ onType }: { onType: (text: string) => Promise<void> }) {
  const [text, setText] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const send = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await onType(text);
      setText('');
    } catch (cause) {
      setError(describeError(cause));
    } finally {
      setIsBusy(false);
    }
  };

  const handleSubmit = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };

  return (
    <form onSubmit={handleSubmit} className="flex flex-col gap-2">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <LoginField label="Code" value={text} onChange={setText} isSecret />
        </div>
        <Button type="submit" isBusy={isBusy} disabled={text.trim() === ''}>
          Send
        </Button>
      </div>
      {error !== null && <Banner tone="danger">{error}</Banner>}
    </form>
  );
}
