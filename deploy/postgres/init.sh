#!/bin/sh
# Run once by the Postgres image, on an empty data directory: a table to play with, the publication, and a role that may read
# what it needs and nothing else.
set -eu

: "${PENSTOCK_DB_PASSWORD:?expected the password of the role penstock}"

psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
     --set=password="$PENSTOCK_DB_PASSWORD" <<'SQL'
create table orders (
    id         bigint generated always as identity primary key,
    status     text not null default 'new',
    amount     numeric(12, 2) not null,
    created_at timestamptz not null default now()
);

create role penstock login replication password :'password';
grant select on orders to penstock;

-- Owned by the administrator: add tables with ALTER PUBLICATION, at any time.
create publication penstock for table orders;
SQL
