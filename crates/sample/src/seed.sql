-- The pharmacy's tables. Every person, number and secret in here is made up.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    phone TEXT,
    date_of_birth TEXT,
    address TEXT,
    preferences TEXT NOT NULL DEFAULT '{}',
    role TEXT NOT NULL DEFAULT 'customer',
    loyalty_discount_percent INTEGER NOT NULL DEFAULT 0,
    verified INTEGER NOT NULL DEFAULT 0,
    password_hash TEXT NOT NULL DEFAULT '',
    internal_notes TEXT NOT NULL DEFAULT '',
    risk_score INTEGER NOT NULL DEFAULT 50,
    organisation_id TEXT NOT NULL DEFAULT 'main'
);
CREATE TABLE medicines (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    category TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL,
    prescription_only INTEGER NOT NULL DEFAULT 0,
    supplier_cost_cents INTEGER NOT NULL,
    recalled INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE reviews (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL
);
CREATE TABLE prescriptions (
    number TEXT PRIMARY KEY COLLATE NOCASE,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    medicine TEXT NOT NULL,
    doctor TEXT NOT NULL,
    diagnosis TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'requested',
    reviewer_note TEXT NOT NULL DEFAULT '',
    assigned_to INTEGER REFERENCES customers (id)
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE COLLATE NOCASE,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    note TEXT NOT NULL DEFAULT '',
    delivery TEXT NOT NULL DEFAULT 'pickup',
    total_cents INTEGER NOT NULL,
    discount_percent INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'new',
    paid INTEGER NOT NULL DEFAULT 0,
    staff_note TEXT NOT NULL DEFAULT '',
    organisation_id TEXT NOT NULL DEFAULT 'main'
);
CREATE INDEX orders_of_customer ON orders (customer_id);
CREATE TABLE searches (address TEXT NOT NULL);
CREATE TABLE exports (customer_id INTEGER NOT NULL, lines INTEGER NOT NULL);

CREATE TABLE order_items (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    medicine_id INTEGER NOT NULL REFERENCES medicines (id),
    name TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    unit_price_cents INTEGER NOT NULL,
    supplier_cost_cents INTEGER NOT NULL
);
CREATE INDEX items_of_order ON order_items (order_id);
CREATE TABLE payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    amount_cents INTEGER,
    card_number TEXT NOT NULL,
    card_last4 TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'captured',
    gateway_token TEXT NOT NULL
);
CREATE TABLE tokens (
    token TEXT PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    ended INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE login_failures (
    email TEXT NOT NULL COLLATE NOCASE,
    secret TEXT NOT NULL
);
CREATE TABLE resets (
    version TEXT NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE,
    tries INTEGER NOT NULL,
    PRIMARY KEY (version, email)
);
CREATE TABLE partner_keys (
    kid TEXT PRIMARY KEY,
    secret TEXT NOT NULL
);
CREATE TABLE partner_ended (
    token TEXT PRIMARY KEY
);
CREATE TABLE partner_used (
    jti TEXT PRIMARY KEY
);

INSERT INTO partner_keys VALUES ('partner-2019', 'secret');

INSERT INTO customers VALUES
    (1, 'alice@pharmacy.example', 'Alice Example', '+1-555-0101', '1990-04-01', '1 Sample Street', '{}', 'customer', 5, 1, '', 'pays late, be strict', 71, 'main'),
    (2, 'bob@pharmacy.example', 'Bob Example', '+1-555-0102', '1985-11-23', '2 Sample Street', '{}', 'customer', 0, 1, '', 'complains often', 34, 'main'),
    (3, 'paula@pharmacy.example', 'Paula Pharmacist', '+1-555-0103', '1979-02-14', '3 Sample Street', '{}', 'pharmacist', 10, 1, '', 'on probation', 12, 'main'),
    (4, 'adam@pharmacy.example', 'Adam Admin', '+1-555-0104', '1970-07-30', '4 Sample Street', '{}', 'admin', 20, 1, '', 'owns the keys', 5, 'main'),
    (5, 'petra@pharmacy.example', 'Petra Pharmacist', '+1-555-0105', '1982-09-09', '5 Harbour Street', '{}', 'pharmacist', 10, 1, '', 'wants to move', 9, 'harbour'),
    (6, 'rita@pharmacy.example', 'Rita Regional', '+1-555-0106', '1975-12-01', '6 North Street', '{}', 'regional', 10, 1, '', 'next in line', 3, 'north');

INSERT INTO medicines VALUES
    (1, 'Aspirelle 100', 'pain', 499, 120, 0, 88, 0),
    (2, 'Brufenol 400', 'pain', 799, 80, 0, 140, 0),
    (3, 'Cetrizan', 'allergy', 1250, 60, 0, 310, 0),
    (4, 'Dermacool Gel', 'skin', 1899, 35, 0, 420, 0),
    (5, 'Enzymax', 'stomach', 2150, 40, 0, 615, 0),
    (6, 'Florabalance', 'stomach', 1675, 55, 0, 505, 0),
    (7, 'Glucostat', 'diabetes', 3499, 25, 1, 990, 0),
    (8, 'Hypertensol', 'heart', 2899, 30, 1, 745, 0),
    (9, 'Insulora Pen', 'diabetes', 8900, 18, 1, 3120, 0),
    (10, 'Jointflex', 'pain', 2399, 45, 0, 580, 0),
    (11, 'Kalmavit', 'sleep', 999, 70, 0, 205, 0),
    (12, 'Lungclear Spray', 'allergy', 4250, 22, 1, 1330, 0),
    (13, 'Migranil', 'pain', 1599, 50, 1, 367, 0),
    (14, 'Nasoclear (recalled lot)', 'allergy', 899, 12, 0, 99, 1);

INSERT INTO prescriptions VALUES
    ('RX-1001', 1, 'Glucostat', 'Dr. Fake', 'made-up type 2 diabetes', 'approved', 'checked twice', 3),
    ('RX-1002', 1, 'Migranil', 'Dr. Sample', 'made-up migraine', 'requested', '', 3),
    ('RX-1003', 2, 'Hypertensol', 'Dr. Fake', 'made-up high blood pressure', 'approved', 'ask about dosage', 4),
    ('RX-1004', 2, 'Lungclear Spray', 'Dr. Sample', 'made-up asthma', 'requested', '', 4);

INSERT INTO orders VALUES
    (1, 'PH-A1', 1, 'please ring twice', 'home', 1297, 5, 'new', 0, 'customer argues about prices', 'main'),
    (2, 'PH-A2', 1, '', 'pickup', 3499, 0, 'shipped', 1, 'substitute was cheaper, do not mention', 'main'),
    (3, 'PH-A3', 1, '', 'home', 1250, 0, 'new', 0, 'second reminder sent', 'main'),
    (4, 'PH-B1', 2, 'leave at door', 'home', 2899, 0, 'new', 0, 'possible reseller', 'main'),
    (5, 'PH-B2', 2, '', 'pickup', 4250, 0, 'shipped', 1, 'card was declined twice', 'main'),
    (6, 'PH-B3', 2, '', 'pickup', 499, 0, 'cancelled', 0, 'bob was rude', 'main');

INSERT INTO order_items (order_id, medicine_id, name, quantity, unit_price_cents, supplier_cost_cents) VALUES
    (1, 1, 'Aspirelle 100', 1, 499, 88),
    (1, 2, 'Brufenol 400', 1, 799, 140),
    (2, 7, 'Glucostat', 1, 3499, 990),
    (3, 3, 'Cetrizan', 1, 1250, 310),
    (4, 8, 'Hypertensol', 1, 2899, 745),
    (5, 12, 'Lungclear Spray', 1, 4250, 1330),
    (6, 1, 'Aspirelle 100', 1, 499, 88);

INSERT INTO payments VALUES
    (1, 2, 3499, '4000000000000001', '0001', 'captured', 'gw-fake-7f3a-alice'),
    (2, 5, 4250, '4000000000000002', '0002', 'captured', 'gw-fake-91cc-bob');
