// An application behind Sallyport, on Node's http module. Run it with: node Examples/app.mjs
import http from "node:http";
import { text } from "node:stream/consumers";

const passwordsMatch = async (request) => {
  const form = new URLSearchParams(await text(request));
  return form.get("username") === "alice" && form.get("password") === "wonderland";
};

// A header holds ASCII: where names may hold other letters, write them as \u escapes.
const ascii = (value) =>
  JSON.stringify(value).replace(/[^\0-\x7f]/g, (unit) => "\\u" + unit.charCodeAt(0).toString(16).padStart(4, "0"));

const server = http.createServer(async (request, response) => {
  const user = request.headers["x-user-id"];            // set by Sallyport alone; undefined for strangers
  const action = `${request.method} ${request.url}`;
  if (action === "POST /login" && (await passwordsMatch(request))) {
    const session = ascii({ sub: "alice", roles: ["admin"] });
    response.writeHead(303, { Location: "/", "Sallyport-Issue-Session": session });
  } else if (action === "POST /logout") {
    response.writeHead(303, { Location: "/", "Sallyport-End-Session": "session" });
  }
  response.end(`Hello, ${user ?? "stranger"}.\n`);
});

server.listen(3000, "127.0.0.1");
