// An application that believes nobody but the gate, on Node 18 or later, without packages.
// Run it with: node Examples/assertion/app.mjs PORT JWKS_URL AUDIENCE
import crypto from "node:crypto";
import http from "node:http";

const [port, jwksURL, audience] = process.argv.slice(2);
const keys = { byName: new Map(), fetchedAt: 0 };

// Keys are fetched anew for a name that is not known, at most once a second, and after five minutes.
async function publicKey(kid) {
  const age = Date.now() - keys.fetchedAt;
  if (age > 300_000 || (age > 1000 && !keys.byName.has(kid))) {
    const { keys: jwks } = await (await fetch(jwksURL)).json();
    keys.byName = new Map(jwks.map((jwk) => [jwk.kid, { alg: jwk.alg, key: crypto.createPublicKey({ key: jwk, format: "jwk" }) }]));
    keys.fetchedAt = Date.now();
  }
  return keys.byName.get(kid);
}

const decoded = (part) => JSON.parse(Buffer.from(part, "base64url").toString());

// What the gate says of the caller; throws for anything that it did not say of this request.
export async function verified(assertion, method, target) {
  const parts = assertion.split(".");
  if (parts.length !== 3) throw new Error("this is no JWT");
  const header = decoded(parts[0]);
  if (header.typ !== "sallyport-assertion+jwt" || !["EdDSA", "ES256"].includes(header.alg)) throw new Error("this is no assertion");
  const found = await publicKey(header.kid);
  if (found?.alg !== header.alg) throw new Error("the key is not known");
  const digest = header.alg === "EdDSA" ? null : "sha256";
  const key = { key: found.key, dsaEncoding: "ieee-p1363" };
  const signature = Buffer.from(parts[2], "base64url");
  if (!crypto.verify(digest, Buffer.from(`${parts[0]}.${parts[1]}`), key, signature)) throw new Error("it is not signed by the gate");
  const claims = decoded(parts[1]);
  const now = Date.now() / 1000;
  if (!(claims.iat - 5 <= now && now < claims.exp + 5)) throw new Error("it has expired");
  if (claims.aud !== audience) throw new Error("it is for somebody else");
  if (claims.method !== method || claims.path !== target.split("?")[0]) throw new Error("it was made for another request");
  return claims;
}

http
  .createServer(async (request, response) => {
    try {
      const claims = await verified(request.headers["sallyport-assertion"] ?? "", request.method, request.url);
      response.end(`Hello, ${claims.sub ?? "stranger"}.\n`);
    } catch {
      response.writeHead(401).end("This request did not come through the gate.\n");
    }
  })
  .listen(port, "127.0.0.1");
