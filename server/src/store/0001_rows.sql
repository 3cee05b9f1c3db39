-- The one row that orders all writes. `v` is given under its lock, so a cursor can never skip a row.
create table head (
    one     integer primary key check (one = 1),
    server  text not null,
    epoch   text not null,
    v       integer not null,
    devices integer not null,
    chain   text not null
) strict;

-- The stored things, whole.
create table rows (
    kind text not null,
    id   text not null,
    v    integer not null,
    body text not null,
    primary key (kind, id)
) strict;

-- Who may hold a row now, with the row's revision.
create table row_scope (
    kind  text not null,
    id    text not null,
    scope text not null,
    v     integer not null,
    primary key (kind, id, scope)
) strict, without rowid;
create index row_scope_by_v on row_scope (scope, v, kind, id);

-- Whom each change touched: the scopes of the row before and after. `stays` is 0 where the row left the scope.
create table change (
    scope text not null,
    v     integer not null,
    kind  text not null,
    id    text not null,
    stays integer not null,
    primary key (scope, v, kind, id)
) strict, without rowid;
create index change_gone on change (scope, v) where stays = 0;

-- Numbers that are taken, so that none is given twice.
create table number (
    number text not null,
    kind   text not null,
    id     text not null,
    primary key (number, kind)
) strict, without rowid;

create table counter (
    name text not null,
    day  text not null,
    n    integer not null,
    primary key (name, day)
) strict, without rowid;

-- One person's local database in one browser profile; `device_code` is empty for the server's own.
create table replica (
    id          text primary key,
    user        text not null,
    device_code text not null,
    last_seq    integer not null,
    last_at     integer not null,
    last_seen   integer not null,
    build       text not null
) strict;
create unique index replica_by_code on replica (device_code) where device_code <> '';
create index replica_by_user on replica (user);

-- The journal of everything anybody did, with the verdict; never pruned. `chain` makes tampering visible.
create table envelope (
    replica  text not null,
    seq      integer not null,
    mid      text not null,
    first    integer not null,
    user     text not null,
    claimed  integer not null,
    at       integer not null,
    doubtful integer not null,
    received integer not null,
    command  text not null,
    hash     text not null,
    outcome  text not null,
    v        integer,
    chain    text not null,
    primary key (replica, seq)
) strict;
create unique index envelope_by_mid on envelope (mid) where first = 1;

create table account (
    user    text primary key,
    login   text not null unique,
    hash    text not null,
    created integer not null
) strict;

create table session (
    token     text primary key,
    user      text not null,
    created   integer not null,
    last_seen integer not null,
    expires   integer not null,
    revoked   integer not null
) strict, without rowid;
create index session_by_user on session (user);
