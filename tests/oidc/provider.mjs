// A real OpenID provider on a loopback port: it issues access tokens (RFC 9068) to one client per user of the demo
// world, and a set of tokens that Baken must refuse although a trusted issuer has signed them.
//
//     node provider.mjs USERS_FILE OUT_FOLDER
//
// writes OUT_FOLDER/tokens.json, then OUT_FOLDER/env with what a test needs to know, and runs until it is stopped.
// The client `baken-board` signs people in by the code flow: any user of the demo world, whatever the password.
// POST /-/rotate replaces every key and writes new tokens.

import { createHmac, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { Provider } from 'oidc-provider';

const [usersFile, outFolder] = process.argv.slice(2);
const AUDIENCE = 'baken';
const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA'];
const RESOURCE = 'urn:baken:api';
const secret = randomBytes(32).toString('base64url');
const symmetricKey = createSecretKey(randomBytes(32));

const scopeClaims = ({ role, organisation, municipality, country, area }) => ({
  baken_role: role,
  baken_organisation: organisation,
  baken_municipality: municipality,
  baken_country: country,
  baken_area: area,
});

// Each user of the demo world is a client; the algorithms go round among them.
const users = JSON.parse(readFileSync(usersFile, 'utf8'));
const good = users.map((user, index) => ({
  id: user.user,
  role: user.role,
  claims: scopeClaims(user),
  algorithm: ALGORITHMS[index % ALGORITHMS.length],
}));

const worker = { baken_role: 'shelter_worker', baken_organisation: 'night-shelter-rotterdam' };
const bad = [
  { id: 'other-audience', code: 'token_audience_wrong', claims: worker, audience: 'payroll' },
  { id: 'symmetric', code: 'token_algorithm_not_allowed', claims: worker, algorithm: 'HS256' },
  { id: 'expired', code: 'token_expired', claims: worker, shift: -7200 },
  { id: 'future', code: 'token_not_yet_valid', claims: worker, shift: 7200 },
  { id: 'opaque', code: 'token_malformed', claims: worker, format: 'opaque' },
  { id: 'system', code: 'token_role_unknown', claims: { ...worker, baken_role: 'system' } },
  { id: 'unscoped', code: 'token_claim_missing', claims: { ...worker, baken_role: 'process_coordinator' } },
  { id: 'overscoped', code: 'token_claim_unexpected', claims: { ...worker, baken_country: 'PL' } },
  { id: 'misspelt', code: 'token_claim_malformed', claims: { ...worker, baken_organisation: 'Night shelter' } },
  { id: 'no-role', code: 'token_claim_missing', claims: {} },
  // The client has the name of the audience, so that nothing but its type tells this ID token from an access token.
  { id: AUDIENCE, code: 'token_type_not_accepted', claims: worker, idToken: true },
].map((each) => ({ algorithm: 'ES256', ...each }));
const clients = new Map([...good, ...bad].map((each) => [each.id, each]));
const BOARD = 'baken-board';
const claimsOf = (token) =>
  token.accountId ? scopeClaims(users.find((user) => user.user === token.accountId)) : clients.get(token.clientId).claims;

function newKeys() {
  const generation = randomBytes(4).toString('hex');
  const jwk = (type, options, more) => ({
    ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
    use: 'sig',
    ...more,
  });
  return [
    jwk('ec', { namedCurve: 'P-256' }, { kid: `ec-${generation}`, alg: 'ES256' }),
    jwk('rsa', { modulusLength: 2048 }, { kid: `rsa-${generation}` }),
    jwk('ed25519', {}, { kid: `ed-${generation}`, alg: 'EdDSA' }),
  ];
}

function newProvider(issuer) {
  const idTokens = new Map();
  const provider = new Provider(issuer, {
    jwks: { keys: newKeys() },
    clients: [
      ...[...clients.keys()].map((id) => ({
        client_id: id,
        client_secret: secret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      })),
      {
        client_id: BOARD,
        client_secret: secret,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [process.env.BAKEN_OIDC_CALLBACK ?? 'http://127.0.0.1:8099/auth/callback'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
        scope: 'openid offline_access',
      },
    ],
    async findAccount(_ctx, id) {
      return users.some((user) => user.user === id) ? { accountId: id, claims: async () => ({ sub: id }) } : undefined;
    },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo(_ctx, _resource, client) {
          const { audience = AUDIENCE, format = 'jwt', algorithm = 'ES256' } = clients.get(client.clientId) ?? {};
          const key = algorithm === 'HS256' ? { key: symmetricKey } : {};
          return {
            scope: '',
            audience,
            // A session of the board asks for a new one a minute before the end.
            accessTokenTTL: client.clientId === BOARD ? 62 : 3600,
            accessTokenFormat: format,
            jwt: { sign: { alg: algorithm, ...key } },
          };
        },
      },
    },
    extraTokenClaims: (_ctx, token) => claimsOf(token),
    formats: {
      customizers: {
        async jwt(ctx, token, jwt) {
          const { shift = 0, idToken, claims } = clients.get(token.clientId) ?? {};
          jwt.payload.iat += shift;
          jwt.payload.exp += shift;
          if (idToken) {
            const made = new provider.IdToken({ sub: token.clientId }, { ctx });
            made.scope = 'openid';
            Object.entries(claims).forEach(([name, value]) => made.set(name, value));
            idTokens.set(token.clientId, await made.issue({ use: 'idtoken' }));
          }
        },
      },
    },
  });
  return { provider, idTokens, handle: provider.callback() };
}

async function issue(current, { id, idToken }) {
  const response = await fetch(`${current.provider.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`no token for ${id}: ${JSON.stringify(answer)}`);
  return idToken ? current.idTokens.get(id) : answer.access_token;
}

// Tokens that are right but for their signature: over other claims, by no key, or by the public keys as a secret.
async function forgeries(token) {
  const published = await (await fetch(`${issuer}/jwks`)).text();
  const [header, payload, signature] = token.split('.');
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const read = (text) => JSON.parse(Buffer.from(text, 'base64url'));
  const promoted = part({ ...read(payload), baken_role: 'administrator' });
  const hs256 = `${part({ ...read(header), alg: 'HS256' })}.${payload}`;
  const none = `${part({ ...read(header), alg: 'none' })}.${payload}`;
  return {
    promoted: { code: 'token_signature_invalid', token: `${header}.${promoted}.${signature}` },
    unsigned: { code: 'token_algorithm_not_allowed', token: `${none}.` },
    confused: {
      code: 'token_algorithm_not_allowed',
      token: `${hs256}.${createHmac('sha256', published).update(hs256).digest('base64url')}`,
    },
  };
}

async function writeTokens(current) {
  const accepted = {};
  for (const client of good) {
    accepted[client.id] = { role: client.role, algorithm: client.algorithm, token: await issue(current, client) };
  }
  const refused = await forgeries(accepted['night-shelter-rotterdam'].token);
  for (const client of bad) {
    refused[client.id] = { code: client.code, token: await issue(current, client) };
  }
  write('tokens.json', `${JSON.stringify({ accepted, refused }, null, 1)}\n`);
}

// A reader sees the old file or the new one, never half of it.
function write(name, text) {
  writeFileSync(join(outFolder, `${name}.new`), text, { mode: 0o600 });
  renameSync(join(outFolder, `${name}.new`), join(outFolder, name));
}

let current;
let issuer;
async function rotate() {
  current = newProvider(issuer);
  await writeTokens(current);
}

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/-/rotate') {
    rotate().then(
      () => response.writeHead(204).end(),
      (error) => response.writeHead(500).end(`${error}\n`),
    );
  } else {
    current.handle(request, response);
  }
});

server.listen(0, '127.0.0.1', async () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  await rotate();
  const env = {
    BAKEN_OIDC_ISSUER: issuer,
    BAKEN_OIDC_JWKS: `${issuer}/jwks`,
    BAKEN_OIDC_AUDIENCE: AUDIENCE,
    BAKEN_OIDC_TOKENS: join(outFolder, 'tokens.json'),
    BAKEN_OIDC_ROTATE: `${issuer}/-/rotate`,
    BAKEN_OIDC_BOARD_SECRET: secret,
    BAKEN_OIDC_RESOURCE: RESOURCE,
  };
  write('env', Object.entries(env).map(([name, value]) => `${name}='${value}'\n`).join(''));
});
