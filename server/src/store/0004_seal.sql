-- What only the server may know: the key it countersigns sheets with. It is made at the first start.
create table secret (
    name  text primary key,
    value text not null
);

-- Sheets from before are looked at once more, to be countersigned.
insert into due (kind, id, at) select kind, id, 0 from rows where kind = 'sheet' on conflict do nothing;
