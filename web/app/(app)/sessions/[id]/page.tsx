import { SessionPage } from '../../../../features/sessions/index.ts';

type Props = {
  params: Promise<{ id: string }>;
};

export default async function Page({ params }: Props) {
  const { id } = await params;
  return <SessionPage sessionId={id} />;
}
