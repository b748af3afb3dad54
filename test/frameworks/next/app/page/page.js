import { getSession } from '../../auth.js';

// biome-ignore lint/style/noDefaultExport: Next.js asks for it
export default async function Page() {
  const session = await getSession();
  return <p>{session === null ? 'nobody' : `user ${session.userId}`}</p>;
}
