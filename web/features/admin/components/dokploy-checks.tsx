import type { DokployCheck, DokployCheckName, DokployTestResponse } from '@codex-webapp/contracts/containers';
import { CircleAlert, CircleCheck, CircleDashed } from '@codex-webapp/ui/icons';

const titles: Readonly<Record<DokployCheckName, string>> = {
  address: 'Address',
  key: 'API key',
  version: 'Version',
  server: 'Server',
  engine: 'Docker Swarm',
  nodes: 'Nodes',
  image: 'Image',
  mainUrl: 'Way back to this server',
};

/** What was looked at, and what to do about it. */
export function DokployChecks({ result }: { result: DokployTestResponse }) {
  return (
    <output aria-label="Result of the test" className="block rounded-lg border border-border">
      <h3 className="border-b border-border px-3 py-2 text-13 font-medium text-text">
        {result.isUsable ? 'Sessions can run in this Dokploy.' : 'Not yet: this has to be put right.'}
      </h3>
      <ul className="flex flex-col gap-2.5 p-3">
        {result.checks.map((check) => (
          <li key={check.name} className="flex items-start gap-2.5 text-13">
            <CheckIcon state={check.state} />
            <div className="min-w-0 flex-1">
              <p className="font-medium text-text">{titles[check.name]}</p>
              <p className="break-words text-muted">{check.message}</p>
            </div>
          </li>
        ))}
      </ul>
    </output>
  );
}

function CheckIcon({ state }: Pick<DokployCheck, 'state'>) {
  if (state === 'ok')
    return <CircleCheck aria-label="Right" className="mt-0.5 size-4 shrink-0 text-success" />;
  if (state === 'failed')
    return <CircleAlert aria-label="Wrong" className="mt-0.5 size-4 shrink-0 text-danger" />;
  return <CircleDashed aria-label="Not looked at" className="mt-0.5 size-4 shrink-0 text-faint" />;
}
