# A PostgreSQL server for whoever sources this. Its programs are Debian's package `postgresql`, which is installed where
# it is missing and that is possible.

pg_programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

if [ -z "$(pg_programs)" ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
fi
pg_bin=$(pg_programs)

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The server refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

# Starts a server with its data in a new folder, for the user `baken` on loopback, with databases of these names:
#   start_postgres FOLDER OPTIONS DATABASE...
# and says its port in PGPORT, where psql and the like look for it.
start_postgres() {
    local folder=$1 options=$2
    shift 2
    export PGHOST=127.0.0.1 PGUSER=baken
    PGPORT=$(free_port)
    export PGPORT
    install -d -m 700 "$folder"
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    as_postgres "$pg_bin/initdb" -D "$folder" -U baken -A trust -E UTF8 --locale=C >/dev/null
    as_postgres "$pg_bin/pg_ctl" -D "$folder" -l "$folder/server.log" -w \
        -o "-p $PGPORT -c listen_addresses=127.0.0.1 -c unix_socket_directories='' $options" start >/dev/null
    local database
    for database in "$@"; do "$pg_bin/createdb" "$database"; done
}

# Stops it, in the middle of whatever it does.
stop_postgres() {
    as_postgres "$pg_bin/pg_ctl" -D "$1" -m immediate stop >/dev/null 2>&1 || true
}
