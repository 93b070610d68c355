// What node's own server and URL parser understood of a request, as JSON in hexadecimal.
const http = require("http");

const hex = (text) => Buffer.from(text, "utf8").toString("hex");
const pairs = (search) => [...search].map(([name, value]) => [hex(name), hex(value)]);

http
  .createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    const seen = () => {
      const body = Buffer.concat(pieces);
      const url = new URL(request.url, "http://api");
      const headers = [];
      for (let at = 0; at < request.rawHeaders.length; at += 2) {
        const value = Buffer.from(request.rawHeaders[at + 1], "latin1").toString("hex");
        headers.push([request.rawHeaders[at].toLowerCase(), value]);
      }
      const kind = (request.headers["content-type"] || "").split(";")[0].trim().toLowerCase();
      const isForm = kind === "application/x-www-form-urlencoded";
      return {
        method: request.method,
        path: hex(decodeURIComponent(url.pathname)),
        pairs: pairs(url.searchParams),
        headers,
        body: body.toString("hex"),
        json: kind === "application/json" && body.length ? JSON.stringify(JSON.parse(body)) : null,
        form: isForm ? pairs(new URLSearchParams(body.toString("utf8"))) : null,
        parts: null,
      };
    };
    request.on("end", () => {
      let out;
      try {
        out = JSON.stringify({ seen: hex(JSON.stringify(seen())) });
      } catch {
        response.writeHead(500);
        return response.end();
      }
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(out);
    });
  })
  .listen(Number(process.argv[2]), "127.0.0.1");
