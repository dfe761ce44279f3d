import { Banner } from '@codex-webapp/ui';

/** What was stored cannot be opened any more; what is saved next takes its place. */
export function UnreadableBanner({ what }: { what: string }) {
  return (
    <Banner tone="warning">
      The server cannot open your {what} any more: its key is another one by now. Add them anew.
    </Banner>
  );
}
