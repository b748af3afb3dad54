import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import SuperTokens, { SuperTokensWrapper } from 'supertokens-auth-react';
import EmailPassword from 'supertokens-auth-react/recipe/emailpassword';
import { EmailPasswordPreBuiltUI } from 'supertokens-auth-react/recipe/emailpassword/prebuiltui';
import Session, {
  SessionAuth,
  signOut,
  useSessionContext,
} from 'supertokens-auth-react/recipe/session';
import { canHandleRoute, getRoutingComponent } from 'supertokens-auth-react/ui';

const API_URL = import.meta.env.VITE_API_URL ?? 'http://localhost:3001';
const prebuilt = [EmailPasswordPreBuiltUI];

SuperTokens.init({
  appInfo: { appName: 'Example', apiDomain: API_URL, websiteDomain: window.location.origin },
  recipeList: [EmailPassword.init(), Session.init()],
});

function App() {
  return (
    <SuperTokensWrapper>
      {canHandleRoute(prebuilt) ? (
        getRoutingComponent(prebuilt) // /auth and what is below it
      ) : (
        <SessionAuth>
          <Account />
        </SessionAuth>
      )}
    </SuperTokensWrapper>
  );
}

function Account() {
  const session = useSessionContext();
  const [answer, setAnswer] = useState('');
  if (session.loading) return null;
  const ask = async () => {
    // The SDK refreshes the session when the answer asks for it, and sends the request again.
    const response = await fetch(`${API_URL}/me`);
    setAnswer(`${response.status} ${await response.text()}`);
  };
  const leave = async () => {
    await signOut();
    window.location.assign('/auth');
  };
  return (
    <main>
      <h1>Signed in</h1>
      <p>You are user {session.userId}.</p>
      <button type="button" onClick={ask}>
        Ask the API
      </button>
      <button type="button" onClick={leave}>
        Sign out
      </button>
      <output>{answer}</output>
    </main>
  );
}

createRoot(document.getElementById('root')).render(<App />);
