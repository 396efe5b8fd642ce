# A throw-away PostgreSQL for the tests: source this, then start_postgresql … stop_postgresql.
# It listens on a socket in its own folder only. Statistics are not taken behind the tests' backs: most of their tables
# look empty to everyone else, and plans made for empty tables come and go with the moment at which that was seen.
start_postgresql() {
  local bin; bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
  PG_BIN=$bin
  PG_ROOT=$(mktemp -d /tmp/openhotline-postgresql.XXXXXX)
  local run=()
  if [ "$(id -u)" = 0 ]; then chown postgres "$PG_ROOT"; run=(runuser -u postgres --); fi
  PG_RUN=("${run[@]}")
  "${PG_RUN[@]}" "$bin/initdb" -D "$PG_ROOT/data" -U tests --auth=trust -E UTF8 >/dev/null
  "${PG_RUN[@]}" "$bin/pg_ctl" -D "$PG_ROOT/data" -w -l "$PG_ROOT/log" \
    -o "-c listen_addresses=127.0.0.1 -c port=${PG_PORT:-54329} -c unix_socket_directories=$PG_ROOT -c fsync=off -c autovacuum=off" start >/dev/null
  export OPENHOTLINE_DATABASE_URL="postgresql://tests@127.0.0.1:${PG_PORT:-54329}/postgres"
}
stop_postgresql() {
  "${PG_RUN[@]}" "$PG_BIN/pg_ctl" -D "$PG_ROOT/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$PG_ROOT"
  unset OPENHOTLINE_DATABASE_URL
}
