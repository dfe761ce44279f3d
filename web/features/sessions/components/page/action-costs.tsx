import type { RecoveryAction } from '@codex-webapp/contracts/containers';

type Props = {
  action: RecoveryAction;
  /** For what it describes. */
  id?: string;
};

/** What an action keeps and what it destroys. */
export function ActionCosts({ action: { keeps, destroys, note }, id }: Props) {
  return (
    <div id={id} className="text-13 text-muted">
      {note !== null && <p>{note}</p>}
      <dl className="mt-1 grid grid-cols-[max-content_1fr] gap-x-2 gap-y-0.5">
        <dt className="font-medium text-success-ink">Keeps</dt>
        <dd>{keeps.length === 0 ? 'nothing' : keeps.join(', ')}</dd>
        <dt className="font-medium text-danger-ink">Destroys</dt>
        <dd>{destroys.length === 0 ? 'nothing' : destroys.join(', ')}</dd>
      </dl>
    </div>
  );
}
