// Clients that each own one session and refresh it over and over: every answer holds the token of
// the next request.
import { Agent } from 'node:http';
import { post } from '../http-post.mjs';
import { once } from './once.mjs';

const REFRESH = `mutation Refresh($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) { __typename
    ... on SessionRefreshed { tokens { accessToken refreshToken } }
    ... on RefreshRejected { reason } } }`;

once(
  async (
    /** @type {{ url: string, refreshTokens: string[], seconds: number }} */ {
      url,
      refreshTokens,
      seconds,
    },
  ) => {
    const agent = new Agent({ keepAlive: true, maxSockets: refreshTokens.length });
    const started = performance.now();
    const until = started + seconds * 1000;
    let answered = 0;

    async function refreshUntilTheEnd(/** @type {string} */ first) {
      let refreshToken = first;
      while (performance.now() < until) {
        const body = await post(url, { query: REFRESH, variables: { refreshToken } }, { agent });
        refreshToken = body.data?.refreshSession.tokens?.refreshToken;
        if (refreshToken === undefined)
          throw new Error(`a refresh was answered with ${JSON.stringify(body)}`);
        answered += 1;
      }
      return refreshToken;
    }

    const last = await Promise.all(refreshTokens.map(refreshUntilTheEnd));
    agent.destroy();
    return { answered, seconds: (performance.now() - started) / 1000, refreshTokens: last };
  },
);
