import { Card } from '@codex-webapp/ui';
import { useId, type ReactNode } from 'react';

type Props = {
  title: string;
  description?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
};

/** A titled card; the same on every page of settings and administration. */
export function SettingsSection({ title, description, action, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-3">
      <div className="flex items-end justify-between gap-4">
        <div>
          <h2 id={id} className="text-15 font-semibold text-text">
            {title}
          </h2>
          {description !== undefined && <p className="mt-0.5 text-13 text-muted">{description}</p>}
        </div>
        {action}
      </div>
      <Card>{children}</Card>
    </section>
  );
}

/** One setting: what it is at the left, how to change it at the right. */
export function SettingsRow({
  label,
  hint,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-b border-border px-4 py-3 last:border-b-0">
      <div className="min-w-0">
        <p className="text-13 font-medium text-text">{label}</p>
        {hint !== undefined && <p className="text-13 text-muted">{hint}</p>}
      </div>
      {children}
    </div>
  );
}
