#!/bin/sh
# One database and one user a service, and the reconciler, who may later read outboxes only.
# PostgreSQL's image runs this once, on an empty volume.
set -eu
run() { psql --set ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres "$@"; }
for service in petition intel_sink accept approve query; do
  case $service in
    petition) password=$PETITION_PASSWORD ;;
    intel_sink) password=$INTEL_SINK_PASSWORD ;;
    accept) password=$ACCEPT_PASSWORD ;;
    approve) password=$APPROVE_PASSWORD ;;
    query) password=$QUERY_PASSWORD ;;
  esac
  run --set name="$service" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
done
run --set password="$RECONCILER_PASSWORD" <<'SQL'
CREATE ROLE reconciler LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE petition, intel_sink, accept, approve, query TO reconciler;
SQL
