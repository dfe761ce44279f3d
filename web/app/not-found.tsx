import { Button, EmptyState } from '@codex-webapp/ui';
import { SearchX } from '@codex-webapp/ui/icons';
import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas">
      <title>Not found · Codex WebApp</title>
      <EmptyState
        icon={<SearchX aria-hidden />}
        title="There is no such page"
        action={
          <Button asChild variant="primary">
            <Link href="/">All sessions</Link>
          </Button>
        }
      >
        The address is wrong, or what it showed has moved.
      </EmptyState>
    </main>
  );
}
