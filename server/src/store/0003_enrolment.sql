-- One-time codes with which a person's new device signs in. Only what cannot be turned back into a code is kept.
create table enrolment (
    code    text primary key,
    "user"  text not null,
    made    bigint not null,
    expires bigint not null,
    -- When it was used, or taken back; 0 while neither.
    used    bigint not null,
    revoked bigint not null
);
create index enrolment_by_user on enrolment ("user");

-- What the organisation is called. One row, once somebody has said so.
create table organisation (
    one  bigint primary key check (one = 1),
    name text not null
);
