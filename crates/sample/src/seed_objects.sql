-- What belongs to somebody: a person, a branch, or a pharmacist. All of it is made up.
CREATE TABLE organisations (
    id TEXT PRIMARY KEY,
    above TEXT REFERENCES organisations (id)
);
CREATE TABLE counter_keys (
    id TEXT PRIMARY KEY,
    facts TEXT NOT NULL
);
CREATE TABLE counter_uses (
    id TEXT PRIMARY KEY,
    uses INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE counter_users (
    name TEXT PRIMARY KEY,
    password TEXT NOT NULL
);
CREATE TABLE people (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    card_number TEXT NOT NULL,
    credit_score INTEGER NOT NULL,
    remarks TEXT NOT NULL
);
CREATE TABLE reminders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    text TEXT NOT NULL
);
CREATE TABLE cards (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    brand TEXT NOT NULL,
    last4 TEXT NOT NULL,
    expires TEXT NOT NULL
);
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    text TEXT NOT NULL
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY,
    email TEXT,
    address TEXT NOT NULL,
    content TEXT NOT NULL
);
CREATE TABLE points (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    balance INTEGER NOT NULL
);
CREATE TABLE sales (
    customer_id INTEGER PRIMARY KEY REFERENCES customers (id),
    quantity INTEGER NOT NULL,
    total_cents INTEGER NOT NULL,
    address TEXT,
    addressed_ms INTEGER NOT NULL DEFAULT 0,
    sold INTEGER NOT NULL DEFAULT 0,
    paid_cents INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE vouchers (
    code TEXT PRIMARY KEY COLLATE NOCASE,
    worth_cents INTEGER NOT NULL,
    uses_left INTEGER NOT NULL,
    last_order INTEGER REFERENCES orders (id)
);
CREATE TABLE voucher_uses (
    code TEXT NOT NULL COLLATE NOCASE REFERENCES vouchers (code),
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    PRIMARY KEY (code, customer_id)
);
CREATE TABLE brochures (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL
);
CREATE TABLE notices (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);
CREATE TABLE visits (
    id INTEGER PRIMARY KEY,
    asked TEXT NOT NULL,
    came_from TEXT NOT NULL
);
CREATE TABLE settings (
    delivery_cents INTEGER NOT NULL
);
CREATE TABLE remembered_roles (
    token TEXT PRIMARY KEY,
    role TEXT NOT NULL
);

INSERT INTO organisations VALUES
    ('pharmacy', NULL),
    ('north', 'pharmacy'),
    ('south', 'pharmacy'),
    ('main', 'north'),
    ('station', 'north'),
    ('harbour', 'south');

INSERT INTO people VALUES
    (1, '4000000000000101', 640, 'asked for a discount'),
    (2, '4000000000000202', 710, 'moved last year'),
    (3, '4000000000000303', 720, 'on call in June'),
    (4, '4000000000000404', 800, 'signs the contracts'),
    (5, '4000000000000505', 690, 'speaks four languages'),
    (6, '4000000000000606', 770, 'travels a lot');

INSERT INTO reminders VALUES
    (1, 1, 'fetch Glucostat'),
    (2, 2, 'fetch Hypertensol'),
    (3, 1, 'ask about Migranil');

INSERT INTO cards VALUES
    (1, 1, 'Samplecard', '0001', '2031-04'),
    (2, 2, 'Samplecard', '0002', '2030-11');

INSERT INTO incidents VALUES
    (1, 'main', 'a fridge was open'),
    (2, 'harbour', 'a parcel went missing'),
    (3, 'station', 'a till was short'),
    (4, 'north', 'a supplier was late');

INSERT INTO deliveries VALUES
    (1, 'alice@pharmacy.example', '1 Sample Street', 'a box'),
    (2, 'bob@pharmacy.example', '2 Sample Street', 'a cool box'),
    (3, NULL, 'a parcel shop', 'an envelope without a name'),
    (4, 'alice@pharmacy.example', '1 Sample Street', 'a bag'),
    (5, 'bob@pharmacy.example', '2 Sample Street', 'an envelope'),
    (6, 'alice@pharmacy.example', '1 Sample Street', 'a tube');

INSERT INTO points VALUES (1, 500), (2, 300);

INSERT INTO vouchers VALUES
    ('WELCOME', 300, 50, 4),
    ('ONCE', 1000, 1, NULL);

INSERT INTO brochures VALUES
    (1, 'Living with allergies'),
    (2, 'Sleeping well');

INSERT INTO notices VALUES (1, 'closed on Sunday');

INSERT INTO settings VALUES (490);
