#!/usr/bin/env bash
# Puts a backup back, while nothing runs: restore.sh [NAME], or the newest.
#
# BACKUPS, BACKUP_KEYS: where backup.sh put it. PGDATA, BLOBS, KEYS: where it goes. REDIS: emptied,
# since what is on its way there is of a later time. FORCE=1 replaces what is there.
set -euo pipefail
umask 077

BACKUPS=${BACKUPS:-/backups}
BACKUP_KEYS=${BACKUP_KEYS:-/backup-keys}
PGDATA=${PGDATA:-/var/lib/postgresql/data}
BLOBS=${BLOBS:-/data/blobs}
KEYS=${KEYS:-/data/keys}
REDIS=${REDIS:-/data/redis}

fail() {
  echo "$1" >&2
  exit 1
}
empty() { [ -z "$(ls -A "$1" 2>/dev/null)" ]; }

name=${1:-$(find "$BACKUPS" -mindepth 1 -maxdepth 1 -name '????????T??????Z' -printf '%f\n' | sort | tail -1)}
[ -n "$name" ] || fail "There is no backup in $BACKUPS"
from=$BACKUPS/$name
[ -d "$from" ] || fail "There is no backup $name in $BACKUPS"

[ ! -e "$PGDATA/postmaster.pid" ] || [ -n "${FORCE:-}" ] ||
  fail "PostgreSQL runs there, or was killed there: docker compose down first"
empty "$PGDATA" || [ -n "${FORCE:-}" ] ||
  fail "There is a database already: FORCE=1 replaces it and everything in it"

# All of it is checked before anything is replaced.
(cd "$from" && sha256sum --check --quiet SHA256SUMS) || fail "Backup $name is damaged"
keys=$BACKUP_KEYS/$name.env
[ -f "$keys" ] || [ -f "$KEYS/keys.env" ] || [ -n "${MASTER_KEYS:-}" ] ||
  echo "No keys with this backup: give AUTH_KEYS and MASTER_KEYS, or nothing can be read" >&2

unpack() {
  mkdir -p "$2"
  find "$2" -mindepth 1 -delete
  tar -C "$2" -xzpf "$1"
}
owner=$(stat -c %u:%g "$PGDATA")
unpack "$from/postgres.tar.gz" "$PGDATA"
chown -R "$owner" "$PGDATA"
chmod 700 "$PGDATA"
unpack "$from/blobs.tar.gz" "$BLOBS"
[ ! -d "$REDIS" ] || find "$REDIS" -mindepth 1 -delete
if [ -f "$keys" ]; then
  # A new volume is root's: those who read the recordings read the keys.
  mkdir -p "$KEYS"
  install -m 600 "$keys" "$KEYS/keys.env"
  chown "$(stat -c %u:%g "$BLOBS")" "$KEYS" "$KEYS/keys.env"
fi
echo "$name is back. Erasures of after it have to be asked for again: see docs/operations/backup.md"
