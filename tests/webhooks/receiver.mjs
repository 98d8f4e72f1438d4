// A receiver of webhooks that fails half of the time, beside a service that is killed. It verifies every message with
// the library of Standard Webhooks, and in the end looks whether everything that was acknowledged has come, in order.
//
//     node receiver.mjs BAKEN DATA_FOLDER KILLS
import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import standard from "standardwebhooks";

const [binary, folder, kills] = process.argv.slice(2);
const PERSONS = 40;
const CONTACTS = 12;
const USER = "coordinator-rotterdam";

const fail = (why) => {
  console.error(`webhooks: ${why}`);
  process.exitCode = 1;
  throw new Error(why);
};

// The same chance in every run.
let state = 20261123;
const chance = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};

// -- the receiver
const secrets = [];
const messages = [];
let failing = true;
let unverified = 0;
let forgeries = 0;

const verifies = (secret, body, headers) => {
  try {
    new standard.Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

const receiver = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const valid = secrets.filter((secret) => verifies(secret, body, request.headers));
  if (valid.length === 0) unverified += 1;
  if (verifies(secrets[0], `${body} `, request.headers)) forgeries += 1;
  const luck = failing ? chance() : 1;
  // A quarter fails before it is taken in, and a quarter afterwards.
  if (luck >= 0.25) messages.push({ id: request.headers["webhook-id"], valid, ...JSON.parse(body) });
  response.writeHead(luck < 0.5 ? 503 : 204, luck < 0.1 ? { "retry-after": "0" } : {}).end();
});
receiver.listen(0, "127.0.0.1");
await once(receiver, "listening");

// -- the service
const free = createServer().listen(0, "127.0.0.1");
await once(free, "listening");
const port = free.address().port;
free.close();
await once(free, "close");
const url = `http://127.0.0.1:${port}`;
let service;

const start = async () => {
  // Most are tried again at once, and those that fail often a little later.
  const retries = [...Array(6).fill(0), ...Array(40).fill(1)].join(",");
  const env = { ...process.env, BAKEN_DEMO_WEBHOOK_RETRIES: retries, BAKEN_DEMO_UNLIMITED: "1" };
  const stdio = ["ignore", "ignore", "inherit"];
  service = spawn(binary, ["demo", "--port", String(port), "--data", folder], { env, stdio });
  for (let tries = 0; tries < 600; tries += 1) {
    if (service.exitCode !== null) fail(`the service ended by itself with ${service.exitCode}`);
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.status === 200) return;
    await sleep(50);
  }
  fail("the service did not become ready");
};

const kill = async () => {
  service.kill("SIGKILL");
  await once(service, "exit");
};

await start();
let token = execFileSync(binary, ["token", USER, "--data", folder]).toString().trim();

const call = async (method, path, body, key) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  if (key) headers["idempotency-key"] = key;
  // The service may be dead: the same request is sent until it is answered.
  for (let tries = 0; tries < 600; tries += 1) {
    try {
      const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
      if (answer.status < 500) return { status: answer.status, json: await answer.json() };
    } catch {
      // It is not there.
    }
    await sleep(50);
  }
  return fail(`${method} ${path} was never answered`);
};

try {
  const address = `http://127.0.0.1:${receiver.address().port}/hook`;
  const made = await call("POST", "/v1/webhooks", { url: address }, "webhook");
  if (made.status !== 201) fail(`no webhook was made: ${JSON.stringify(made.json)}`);
  secrets.push(made.json.secret);
  const webhook = `/v1/webhooks/${made.json.webhook_id}`;

  const acknowledged = new Set();
  const persons = [];
  const write = async (path, body, key) => {
    const { status, json } = await call("POST", path, body, key);
    if (status !== 201 && status !== 200) fail(`${path} was answered with ${status}`);
    json.event_ids.forEach((id) => acknowledged.add(id));
    return json;
  };
  const path = async (number) => {
    const signal = { channel: "outreach_round", municipality: "rotterdam" };
    const { person_id: person } = await write("/v1/signals", signal, `signal-${number}`);
    persons.push(person);
    for (let contact = 0; contact < CONTACTS; contact += 1) {
      await write(`/v1/persons/${person}/contacts`, { summary: "met" }, `contact-${number}-${contact}`);
      await sleep(100 * chance());
    }
  };
  const writing = Promise.all(Array.from({ length: PERSONS }, (_, number) => path(number)));
  for (let killed = 0; killed < Number(kills); killed += 1) {
    await sleep(300 + 700 * chance());
    await kill();
    await start();
    if (killed === 0) {
      const rotated = await call("POST", `${webhook}/rotate`, {}, "rotate");
      if (rotated.status !== 200) fail("the secret was not rotated");
      secrets.push(rotated.json.secret);
    }
  }
  await writing;

  let shown;
  for (let tries = 0; tries < 1200; tries += 1) {
    shown = (await call("GET", webhook)).json;
    if (shown.lag === 0 && shown.pending === 0) break;
    await sleep(100);
  }
  if (shown.lag !== 0 || shown.pending !== 0) fail(`deliveries did not end: ${JSON.stringify(shown)}`);
  if (shown.dead_letters !== 0) fail(`${shown.dead_letters} events were given up`);
  failing = false;
  const tested = await call("POST", `${webhook}/test`, {});
  if (tested.json.outcome !== "delivered") fail(`the test was answered with ${JSON.stringify(tested.json)}`);

  if (unverified > 0) fail(`${unverified} messages do not verify`);
  if (forgeries > 0) fail(`${forgeries} messages verify although they were changed`);
  if (messages.at(-1).type !== "ping" || messages.at(-1).valid.length !== 2) fail("not signed with both secrets");
  const events = messages.filter((message) => message.type !== "ping");
  const heard = new Set(events.map((event) => event.data.event_id));
  const lost = [...acknowledged].filter((id) => !heard.has(id));
  if (lost.length > 0) fail(`${lost.length} of ${acknowledged.size} acknowledged events were lost`);
  for (const person of persons) {
    const positions = [...new Set(events.filter((each) => each.data.person_id === person).map((each) => each.data.position))];
    if (positions.some((position, at) => at > 0 && position < positions[at - 1])) fail("events of a person came out of order");
  }
  const ids = new Map();
  for (const event of events) {
    if ((ids.get(event.data.event_id) ?? event.id) !== event.id) fail("an event came under two ids");
    ids.set(event.data.event_id, event.id);
  }
  console.log(
    `webhooks: ${acknowledged.size} events acknowledged, ${kills} kills, ${messages.length} messages taken in, ` +
      "all verified, none lost, in order per person",
  );
} finally {
  service.kill("SIGKILL");
  receiver.close();
  receiver.closeAllConnections();
}
