// What express-openapi-validator says of requests: judge.js DOCUMENT < requests > verdicts, a line each.
const fs = require('fs');
const http = require('http');
const express = require('express');
const OpenApiValidator = require('express-openapi-validator');

// Who may call is not compared, and every base path is empty.
const document = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
delete document.security;
document.servers = [{ url: '/' }];
for (const item of Object.values(document.paths)) {
  delete item.servers;
  for (const operation of Object.values(item)) {
    if (operation && typeof operation === 'object') {
      delete operation.security;
      delete operation.servers;
    }
  }
}

const app = express();
app.use(express.json({ strict: false, limit: '10mb' }));
app.use(express.text());
app.use(
  OpenApiValidator.middleware({
    apiSpec: document,
    validateApiSpec: false,
    validateRequests: true,
    validateResponses: false,
    validateSecurity: false,
    $refParser: { mode: 'dereference' },
  }),
);
app.use((request, response) => response.status(200).end());
app.use((error, request, response, next) => {
  const status = error.status || 500;
  response.status(status).end(`${status} ${error.message}`.slice(0, 200));
});

const send = (port, sent) =>
  new Promise((done) => {
    const headers = Object.fromEntries(sent.headers);
    if (sent.content_type) headers['content-type'] = sent.content_type;
    if (sent.body !== null) headers['content-length'] = Buffer.byteLength(sent.body);
    const path = sent.path + (sent.query ? `?${sent.query}` : '');
    const request = http.request({ host: '127.0.0.1', port, method: sent.method, path, headers });
    request.on('error', (error) => done(`error ${error.message}`));
    request.on('response', (response) => {
      let text = '';
      response.on('data', (part) => (text += part));
      response.on('end', () => done(response.statusCode === 200 ? 'pass' : text || `${response.statusCode}`));
    });
    request.end(sent.body === null ? undefined : sent.body);
  });

const server = app.listen(0, '127.0.0.1', async () => {
  const lines = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean);
  for (const line of lines) {
    const verdict = await send(server.address().port, JSON.parse(line));
    process.stdout.write(`${JSON.stringify(verdict)}\n`);
  }
  server.closeAllConnections();
  server.close();
});
