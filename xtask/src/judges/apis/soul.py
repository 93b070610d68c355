"""A small database for Soul: books of authors, and customers with a secret."""

import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
database.executescript(
    """
    create table authors(id integer primary key, name text);
    insert into authors(name) values('Herbert'), ('Austen'), ('Joyce');
    create table books(id integer primary key, title text, price integer, author_id integer references authors(id));
    insert into books(title, price, author_id) values('Dune', 10, 1), ('Emma', 8, 2), ('Ulysses', 12, 3);
    create table customers(id integer primary key, name text, card text);
    insert into customers(name, card) values('Ann', '4000000000000001'), ('Ben', '4000000000000002');
    """
)
database.commit()
