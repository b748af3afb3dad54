import { checkSession } from '../../auth.js';

// biome-ignore lint/style/noDefaultExport: Next.js asks for it
export default async function Page() {
  const { session, denial } = await checkSession({ scopes: ['users:read'] });
  return (
    <p>
      {denial === undefined
        ? `user ${session.userId}`
        : `${denial.status} ${denial.body.error.action ?? 'nothing helps'}`}
    </p>
  );
}
