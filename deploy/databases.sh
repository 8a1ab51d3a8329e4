#!/bin/sh
# One database and one user for each <SERVICE>_PASSWORD, the keyring among them, and the reconciler, who may later read outboxes only.
# PostgreSQL's image runs this once, on an empty volume.
set -eu
run() { psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"; }
run --set password="$RECONCILER_PASSWORD" <<'SQL'
CREATE ROLE reconciler LOGIN PASSWORD :'password';
SQL
for variable in $(env | sed -n 's/^\([A-Z_]*_PASSWORD\)=.*/\1/p'); do
  name=$(printf %s "${variable%_PASSWORD}" | tr '[:upper:]' '[:lower:]')
  case $name in postgres | reconciler) continue ;; esac
  run --set name="$name" --set password="$(printenv "$variable")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
  [ "$name" = keyring ] || run --set name="$name" <<'SQL'
GRANT CONNECT ON DATABASE :"name" TO reconciler;
SQL
done
