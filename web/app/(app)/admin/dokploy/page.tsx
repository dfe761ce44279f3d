import { DokployPage } from '../../../../features/admin/index.ts';
import { PlainPage } from '../../../../features/shell/index.ts';

export default function Page() {
  return (
    <PlainPage title="Dokploy">
      <DokployPage />
    </PlainPage>
  );
}
