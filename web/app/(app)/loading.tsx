import { Spinner } from '@codex-webapp/ui';

export default function Loading() {
  return (
    <div className="grid flex-1 place-items-center text-xl text-faint">
      <Spinner label="Loading the page" />
    </div>
  );
}
