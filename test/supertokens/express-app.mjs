// An Express app as SuperTokens' guide has it, on the core that CORE_URI names.
import express from 'express';
import supertokens from 'supertokens-node';
import { errorHandler, middleware } from 'supertokens-node/framework/express/index.js';
import EmailPassword from 'supertokens-node/recipe/emailpassword/index.js';
import EmailVerification from 'supertokens-node/recipe/emailverification/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/express/index.js';
import Session from 'supertokens-node/recipe/session/index.js';
import UserMetadata from 'supertokens-node/recipe/usermetadata/index.js';
import UserRoles from 'supertokens-node/recipe/userroles/index.js';

const { CORE_URI: connectionURI, CORE_API_KEY: apiKey } = process.env;

supertokens.init({
  framework: 'express',
  telemetry: false,
  supertokens: { connectionURI, ...(apiKey ? { apiKey } : {}) },
  appInfo: {
    appName: 'test',
    apiDomain: 'http://localhost:3000',
    websiteDomain: 'http://localhost:3000',
  },
  recipeList: [
    EmailPassword.init(),
    EmailVerification.init({ mode: 'OPTIONAL' }),
    Session.init({
      antiCsrf: process.env.ANTI_CSRF || 'NONE',
      getTokenTransferMethod: () => 'header',
    }),
    UserMetadata.init(),
    UserRoles.init(),
  ],
});

const app = express();
app.use(middleware());
app.get('/me', verifySession(), (request, response) => {
  const session = request.session;
  response.json({ userId: session.getUserId(), payload: session.getAccessTokenPayload() });
});
app.get('/checked', verifySession({ checkDatabase: true }), (request, response) => {
  response.json({ userId: request.session.getUserId() });
});
/** Calls a function of a recipe of the SDK, as an application's own code does. */
app.post('/call/:recipe/:name', express.json(), async (request, response) => {
  const recipes = {
    supertokens,
    EmailPassword,
    EmailVerification,
    Session,
    UserMetadata,
    UserRoles,
  };
  const { recipe, name } = request.params;
  try {
    const args = request.body.map((each) =>
      each?.$id ? supertokens.convertToRecipeUserId(each.$id) : (each ?? undefined),
    );
    const result = await recipes[recipe][name](...args);
    response.json({ result: result ?? null });
  } catch (error) {
    response.status(500).json({ error: error.message });
  }
});
app.use(errorHandler());
app.use((error, _request, response, _next) => {
  response.status(500).json({ error: error.message });
});
const server = app.listen(0, '127.0.0.1', () => process.send(server.address().port));
