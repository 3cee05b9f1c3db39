-- What range mode walks: everything in one scope, kind by kind, by key.
create index row_scope_walk on row_scope (scope, kind, id, v);

-- Lines of `change` up to `log_floor` may be gone; who has heard less walks the view instead.
alter table head add column log_floor integer not null default 0;
-- How many envelopes have a verdict: the place of the last one in the chain.
alter table head add column entries integer not null default 0;

-- The place in the chain, 1, 2, 3, …; and who brought the envelope in from a file, if somebody did.
alter table envelope add column n integer not null default 0;
alter table envelope add column carrier text;
update envelope set n = rowid;
update head set entries = coalesce((select max(n) from envelope), 0);
create unique index envelope_by_n on envelope (n);
create index envelope_open on envelope (n) where v is null and first = 1;

-- What a device last said about its waiting work, and since when it may not sync any more (0: it may).
alter table replica add column waiting integer;
alter table replica add column waiting_since integer;
alter table replica add column waiting_kinds text;
alter table replica add column revoked integer not null default 0;

-- When a row has to be looked at again.
create table due (
    kind text not null,
    id   text not null,
    at   integer not null,
    primary key (kind, id)
) strict, without rowid;
create index due_by_at on due (at);
insert into due (kind, id, at) select kind, id, 0 from rows where kind in ('ticket', 'part_request');
