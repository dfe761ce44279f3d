import { cn } from '@codex-webapp/ui';

export default function HomePage() {
  return <main className={cn('p-8')}>Codex WebApp</main>;
}
