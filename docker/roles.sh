#!/bin/bash
# Runs once, when the database cluster is new: the application never owns a table, and neither role
# is a superuser. The tables themselves come from "vanthu migrate".
set -euo pipefail
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$(cat /run/secrets/owner_password)" \
  --set app="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE vanthu_owner LOGIN PASSWORD :'owner';
CREATE ROLE vanthu_app LOGIN PASSWORD :'app';
CREATE DATABASE vanthu OWNER vanthu_owner;
SQL
