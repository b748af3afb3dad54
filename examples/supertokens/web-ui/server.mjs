// The API of the website: Express as in SuperTokens' guide, with authgraph as the core.
import cors from 'cors';
import express from 'express';
import supertokens from 'supertokens-node';
import { errorHandler, middleware } from 'supertokens-node/framework/express/index.js';
import { SMTPService } from 'supertokens-node/recipe/emailpassword/emaildelivery/index.js';
import EmailPassword from 'supertokens-node/recipe/emailpassword/index.js';
import { verifySession } from 'supertokens-node/recipe/session/framework/express/index.js';
import Session from 'supertokens-node/recipe/session/index.js';

const {
  PORT = '3001',
  API_URL = `http://localhost:${PORT}`,
  WEBSITE_URL = 'http://localhost:3000',
  CORE_URI = 'http://localhost:3567',
  CORE_API_KEY,
  SMTP_URL,
} = process.env;

supertokens.init({
  framework: 'express',
  telemetry: false,
  // The one line that changes when authgraph takes the place of a core.
  supertokens: { connectionURI: CORE_URI, ...(CORE_API_KEY && { apiKey: CORE_API_KEY }) },
  appInfo: { appName: 'Example', apiDomain: API_URL, websiteDomain: WEBSITE_URL },
  recipeList: [EmailPassword.init({ emailDelivery: delivery() }), Session.init()],
});

const app = express();
app.use(
  cors({
    origin: WEBSITE_URL,
    allowedHeaders: ['content-type', ...supertokens.getAllCORSHeaders()],
    credentials: true,
  }),
);
app.use(middleware()); // serves /auth/*
app.get('/me', verifySession(), (request, response) => {
  response.json({ userId: request.session.getUserId() });
});
app.use(errorHandler());
app.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${PORT}`));

/** Mails go through a server of your own; the SDK's default would be SuperTokens' service. */
function delivery() {
  if (SMTP_URL === undefined) {
    const print = async ({ passwordResetLink }) => console.log(passwordResetLink);
    return { override: (original) => ({ ...original, sendEmail: print }) };
  }
  const { hostname, port, username, password } = new URL(SMTP_URL);
  const smtpSettings = {
    host: hostname,
    port: Number(port),
    secure: false,
    from: { name: 'Example', email: 'example@localhost' },
    authUsername: decodeURIComponent(username), // the SDK signs in always
    password: decodeURIComponent(password),
  };
  return { service: new SMTPService({ smtpSettings }) };
}
