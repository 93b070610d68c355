// What both issuers have alike: two clients, one kind of user, and the pages for development.
import Provider from 'oidc-provider';

/** The clients that client.yaml names. */
export function clients(secret, more = {}) {
  const both = {
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid offline_access orders admin',
    ...more,
  };
  return [
    {
      client_id: 'shop',
      client_secret: secret,
      redirect_uris: ['https://shop.example/cb'],
      post_logout_redirect_uris: ['https://shop.example/bye'],
      ...both,
    },
    {
      client_id: 'app',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['https://app.example/cb'],
      ...both,
    },
  ];
}

/** Starts an issuer on the port that the command line names. */
export function serve(configuration, change = () => {}) {
  const port = Number(process.argv[2]);
  const provider = new Provider(`http://127.0.0.1:${port}`, {
    scopes: ['openid', 'offline_access', 'orders', 'admin'],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    cookies: { keys: ['obviously-fake'] },
    ...configuration,
  });
  change(provider);
  provider.listen(port, '127.0.0.1');
}
