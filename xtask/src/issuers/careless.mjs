// An issuer as somebody configures it who wants to get on.
import { clients, serve } from './shared.mjs';

serve(
  {
    // No `jwks`: the keys for development stay.
    clients: clients('changeme', {
      grant_types: ['authorization_code', 'refresh_token', 'implicit'],
      response_types: ['code', 'id_token token'],
    }),
    responseTypes: ['code', 'id_token token', 'code token'],
    pkce: { required: () => false },
    allowOmittingSingleRegisteredRedirectUri: true,
    acceptQueryParamAccessTokens: true,
    rotateRefreshToken: false,
    clientBasedCORS: () => true,
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'HS256'],
    },
    ttl: { AccessToken: 86400, AuthorizationCode: 3600, IdToken: 86400, RefreshToken: 31536000, Grant: 31536000, Session: 31536000, Interaction: 3600 },
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: { enabled: true },
      registration: { enabled: true, initialAccessToken: false },
      registrationManagement: { enabled: true },
      requestObjects: { enabled: true, requireSignedRequestObject: false },
    },
  },
  (provider) => {
    const begins = (known, uri) => known.some((one) => uri.startsWith(one) || uri.startsWith(new URL(one).origin));
    provider.Client.prototype.redirectUriAllowed = function (uri) {
      return begins(this.redirectUris, uri);
    };
    provider.Client.prototype.postLogoutRedirectUriAllowed = () => true;
    provider.use(async (ctx, next) => {
      await next();
      ctx.set('Access-Control-Allow-Origin', ctx.get('Origin') || '*');
      ctx.set('Access-Control-Allow-Credentials', 'true');
    });
  },
);
