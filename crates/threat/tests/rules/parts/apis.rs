//! Small documents, each with one operation that a threat concerns, and who may call.

pub(super) const HEAD: &str = r##"
openapi: 3.1.0
info: { title: Shop, version: "1" }
servers: [{ url: / }]
security: [{ bearer: [] }]
components:
  securitySchemes:
    bearer: { type: http, scheme: bearer }
    key: { type: apiKey, in: header, name: X-Api-Key }
    basic: { type: http, scheme: basic }
  schemas:
    Order: { type: object, properties: { id: { type: integer }, owner: { type: integer }, email: { type: string } } }
    Hook: { type: object, properties: { client_secret: { type: string } } }
    Orders: { type: object, properties: { items: { type: array, items: { $ref: "#/components/schemas/Order" } } } }
paths:
"##;

pub(super) const JWT: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n";

pub(super) const WHOAMI: &str =
    "callers: { whoami: { operation: me, subject: /id, schemes: [bearer] } }\n";

pub(super) const ME: &str = "
  /me:
    get:
      operationId: me
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer }, role: { type: string } } } } } } }
";

pub(super) const LIST: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Orders' } } } } }
";

pub(super) const COUNTED: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer }, items: { type: array, items: { $ref: '#/components/schemas/Order' } } } } } } } }
";

pub(super) const READ: &str = "
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
";

pub(super) const HEALTH_AND_READ: &str = "
  /health:
    get: { operationId: health, responses: { '204': { description: x } } }
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
";

pub(super) const CHANGE: &str = "
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Order' } } } } }
    delete:
      operationId: deleteOrder
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '204': { description: x } }
";

pub(super) const LEADS: &str = "
  /leave:
    get:
      operationId: leave
      parameters: [{ name: to, in: query, required: true, schema: { type: string, format: uri } }]
      responses: { '302': { description: x } }
";

pub(super) const TEXT: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { note: { type: string } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const NUMBERS: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { count: { type: integer } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const MAP: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object, properties: { count: { type: integer } }, additionalProperties: { type: integer } } } } }
      responses: { '204': { description: x } }
";

pub(super) const ANYTHING: &str = "
  /notes:
    post:
      operationId: addNote
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '204': { description: x } }
";

pub(super) const GIVES_ANYTHING: &str = "
  /news:
    get:
      operationId: news
      responses: { '200': { description: x, content: { application/json: { schema: {} } } } }
";

pub(super) const STREAM: &str = "
  /orders:
    get:
      operationId: listOrders
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Orders' } }, application/octet-stream: { schema: { type: string, format: binary } } } } }
";

pub(super) const SECRET: &str = "
  /hooks:
    get:
      operationId: hooks
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/Hook' } } } } }
";

pub(super) const PICTURE: &str = "
  /photo:
    put:
      operationId: photo
      requestBody: { content: { image/png: { schema: { type: string, format: binary } } } }
      responses: { '204': { description: x } }
";

pub(super) const BYTES: &str = "
  /photo:
    put:
      operationId: photo
      requestBody: { content: { application/octet-stream: { schema: { type: string, format: binary } } } }
      responses: { '204': { description: x } }
";

pub(super) const SORTED: &str = "
  /medicines/filter:
    get:
      operationId: medicines
      parameters: [{ name: sort, in: query, schema: { type: string, enum: [name, price] } }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
";

pub(super) const SORTED_BY_ALL: &str = "
  /medicines/filter:
    get:
      operationId: medicines
      parameters: [{ name: sort, in: query, schema: { type: string } }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: array, items: { type: string } } } } } }
";

pub(super) const TWO_VERSIONS: &str = "
  /v1/prices:
    get: { operationId: oldPrices, deprecated: true, x-sunset: 2999-01-01, responses: { '204': { description: x } } }
  /v2/prices:
    get: { operationId: prices, responses: { '204': { description: x } } }
";

pub(super) const TWO_FOR_EVER: &str = "
  /v1/prices:
    get: { operationId: oldPrices, responses: { '204': { description: x } } }
  /v2/prices:
    get: { operationId: prices, responses: { '204': { description: x } } }
";

pub(super) const BUY: &str = "
  /quote:
    post:
      operationId: quote
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer } } } } } } }
  /purchase:
    post:
      operationId: purchase
      requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: integer } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const BUY_BY_CARD: &str = "
  /quote:
    post:
      operationId: quote
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { total: { type: integer } } } } } } }
  /purchase:
    post:
      operationId: purchase
      requestBody: { content: { application/json: { schema: { type: object, properties: { amount: { type: integer }, card_number: { type: integer } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const PART_OF_KIND: &str = "
  /photo:
    post:
      operationId: photo
      requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { photo: { type: string, format: binary } } }, encoding: { photo: { contentType: image/png } } } } }
      responses: { '204': { description: x } }
";

pub(super) const PART_OF_ANY: &str = "
  /photo:
    post:
      operationId: photo
      requestBody: { content: { multipart/form-data: { schema: { type: object, properties: { photo: { type: string, format: binary } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const LOGIN: &str = "
  /login:
    post:
      operationId: signIn
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { email: { type: string }, password: { type: string, format: password } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const SENDS: &str = "
  /send-code:
    post:
      operationId: sendCode
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { phone: { type: string } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const LINK: &str = "
  /reset:
    get:
      operationId: reset
      parameters: [{ name: token, in: query, required: true, schema: { type: string } }]
      responses: { '204': { description: x } }
";

pub(super) const KEYED: &str = "
  /keyed:
    get:
      operationId: keyed
      security: [{ key: [] }]
      responses: { '204': { description: x } }
";

pub(super) const XML: &str = "
  /feed:
    post:
      operationId: feed
      requestBody: { content: { application/xml: { schema: { type: object, xml: { name: feed }, properties: { count: { type: integer } } } } } }
      responses: { '204': { description: x } }
";

pub(super) const ROLES: &str = "
  /roles/{id}:
    put:
      operationId: setRole
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { '204': { description: x } }
  /me:
    get:
      operationId: me
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer }, role: { type: string } } } } } } }
";

pub(super) const OWN: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n\
    resources: { Order: { owner: /owner } }\n\
    access: [{ may: [read, list, delete], on: Order, when: mine }]\n";

pub(super) const EVERYBODYS: &str = "callers: { jwt: [{ issuer: \"https://issuer.example\", audience: shop, schemes: [bearer] }] }\n\
    resources: { Order: { owner: /owner } }\n\
    access: [{ may: [read, list, delete], on: Order }]\n";

pub(super) const KEYED_AND_ME: &str = "
  /me:
    get:
      operationId: me
      security: [{ key: [] }]
      responses: { '200': { description: x, content: { application/json: { schema: { type: object, properties: { id: { type: integer } } } } } } }
";
