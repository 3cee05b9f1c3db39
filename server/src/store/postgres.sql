-- The tables of SQLite's 0001 and 0002 in one step: bigint and text columns, nothing else.

-- The one row that orders all writes. `v` is given under its lock, so a cursor can never skip a row.
create table head (
    one       bigint primary key check (one = 1),
    server    text not null,
    epoch     text not null,
    v         bigint not null,
    devices   bigint not null,
    chain     text not null,
    log_floor bigint not null,
    entries   bigint not null
);

create table rows (
    kind text not null,
    id   text not null,
    v    bigint not null,
    body text not null,
    primary key (kind, id)
);

create table row_scope (
    kind  text not null,
    id    text not null,
    scope text not null,
    v     bigint not null,
    primary key (kind, id, scope)
);
create index row_scope_by_v on row_scope (scope, v, kind, id);
create index row_scope_walk on row_scope (scope, kind, id, v);

create table change (
    scope text not null,
    v     bigint not null,
    kind  text not null,
    id    text not null,
    stays bigint not null,
    primary key (scope, v, kind, id)
);
create index change_gone on change (scope, v) where stays = 0;

create table number (
    number text not null,
    kind   text not null,
    id     text not null,
    primary key (number, kind)
);

create table counter (
    name text not null,
    day  text not null,
    n    bigint not null,
    primary key (name, day)
);

create table replica (
    id            text primary key,
    "user"        text not null,
    device_code   text not null,
    last_seq      bigint not null,
    last_at       bigint not null,
    last_seen     bigint not null,
    build         text not null,
    waiting       bigint,
    waiting_since bigint,
    waiting_kinds text,
    revoked       bigint not null default 0
);
create unique index replica_by_code on replica (device_code) where device_code <> '';
create index replica_by_user on replica ("user");

create table envelope (
    replica  text not null,
    seq      bigint not null,
    mid      text not null,
    first    bigint not null,
    "user"   text not null,
    claimed  bigint not null,
    at       bigint not null,
    doubtful bigint not null,
    received bigint not null,
    command  text not null,
    hash     text not null,
    outcome  text not null,
    v        bigint,
    chain    text not null,
    n        bigint not null,
    carrier  text,
    primary key (replica, seq)
);
create unique index envelope_by_mid on envelope (mid) where first = 1;
create unique index envelope_by_n on envelope (n);
create index envelope_open on envelope (n) where v is null and first = 1;

create table account (
    "user"  text primary key,
    login   text not null unique,
    hash    text not null,
    created bigint not null
);

create table session (
    token     text primary key,
    "user"    text not null,
    created   bigint not null,
    last_seen bigint not null,
    expires   bigint not null,
    revoked   bigint not null
);
create index session_by_user on session ("user");

create table due (
    kind text not null,
    id   text not null,
    at   bigint not null,
    primary key (kind, id)
);
create index due_by_at on due (at);
