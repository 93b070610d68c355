// An issuer as its documentation advises.
import { generateKeyPairSync } from 'node:crypto';
import { clients, serve } from './shared.mjs';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'strict' };

serve(
  {
    jwks: { keys: [key] },
    clients: clients('obviously-fake-but-long-enough', { response_modes: ['query'] }),
    responseTypes: ['code'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: true,
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 86400, Grant: 86400, Session: 86400, Interaction: 600 },
    features: {
      devInteractions: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_, client) => client.clientAuthMethod !== 'none' },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
  },
  (provider) => {
    provider.use(async (ctx, next) => {
      await next();
      ctx.set('X-Frame-Options', 'DENY');
      ctx.set('Referrer-Policy', 'no-referrer');
      ctx.set('Cache-Control', 'no-store');
    });
  },
);
