#!/bin/sh
# Run once by the postgres image, when its volume is empty: the role and the database of Saraban. CREATEROLE is for the role saraban_app that the first
# migration makes; CREATEDB is for the scratch database in which every copy is proven.
set -eu
password=$(cat /run/secrets/database_password)
psql -v ON_ERROR_STOP=1 -v password="$password" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE saraban LOGIN CREATEROLE CREATEDB PASSWORD :'password';
CREATE DATABASE saraban OWNER saraban ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;
SQL
