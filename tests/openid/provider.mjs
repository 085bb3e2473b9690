// A real OpenID provider for the tests (certified, `oidc-provider`): `node provider.mjs <port> <redirect address>`.
// Whoever signs in is whom the login form names; their claims are made of that name.
import Provider from 'oidc-provider'

const [port, redirect] = process.argv.slice(2)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'safeguarding', client_secret: 'a-secret-of-the-tests', redirect_uris: [redirect] }],
  claims: { email: ['email'], profile: ['name'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ['of-the-tests'] },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, name: 'Somebody', email: `${id.split('.impostor')[0]}@people.example` }),
  }),
})
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'))
