// What every example here shares: SuperTokens' own set-up, with authgraph as the core, and what
// a protected route shows.
import supertokens from 'supertokens-node';
import EmailPassword from 'supertokens-node/recipe/emailpassword/index.js';
import Session from 'supertokens-node/recipe/session/index.js';
import UserMetadata from 'supertokens-node/recipe/usermetadata/index.js';
import UserRoles from 'supertokens-node/recipe/userroles/index.js';

const { CORE_URI = 'http://localhost:3567', CORE_API_KEY, ANTI_CSRF = 'NONE' } = process.env;
export const port = Number(process.env.PORT ?? 3001);

export function init(framework) {
  supertokens.init({
    framework,
    telemetry: false,
    // The one line that changes when authgraph takes the place of a core.
    supertokens: { connectionURI: CORE_URI, ...(CORE_API_KEY && { apiKey: CORE_API_KEY }) },
    appInfo: {
      appName: 'Example',
      apiDomain: `http://localhost:${port}`,
      websiteDomain: 'http://localhost:3000',
    },
    recipeList: [
      EmailPassword.init(),
      Session.init({ antiCsrf: ANTI_CSRF }),
      UserMetadata.init(),
      UserRoles.init(),
    ],
  });
}

/** Who the session is of, with roles from the session itself and metadata from the core. */
export async function describeMe(session) {
  const { metadata } = await UserMetadata.getUserMetadata(session.getUserId());
  const roles = await session.getClaimValue(UserRoles.UserRoleClaim);
  return { userId: session.getUserId(), roles, metadata };
}

/** Gives whoever asks a role and a plan; a real application has its own rules for that. */
export async function becomeEditor(session) {
  await UserRoles.createNewRoleOrAddPermissions('editor', ['write']);
  await UserRoles.addRoleToUser(session.getTenantId(), session.getUserId(), 'editor');
  await UserMetadata.updateUserMetadata(session.getUserId(), { plan: 'pro' });
  await session.fetchAndSetClaim(UserRoles.UserRoleClaim);
  return { done: true };
}

/** Ends every session of the user, this one too. */
export async function signOutEverywhere(session) {
  const ended = await Session.revokeAllSessionsForUser(session.getUserId());
  return { ended: ended.length };
}

/** The routes of every example, all of them behind a session. */
export const routes = [
  { method: 'GET', path: '/me', handle: describeMe, options: {} },
  { method: 'GET', path: '/checked', handle: describeMe, options: { checkDatabase: true } },
  { method: 'POST', path: '/editor', handle: becomeEditor, options: {} },
  { method: 'POST', path: '/sign-out-everywhere', handle: signOutEverywhere, options: {} },
];
