#!/usr/bin/env bash
# Copies one server while it runs. First PostgreSQL as a whole, so that our database and Temporal's
# are of the same moment; then the recordings, which only ever come before the rows that name them.
# The keys go to a folder of their own: who has both can read everything. Redis holds nothing that
# is missed.
#
# PGHOST, PGPORT, PGUSER, PGPASSWORD: the server, by a user who may replicate.
# BLOBS, KEYS: what is copied. BACKUPS, BACKUP_KEYS: where it goes. KEEP: so many days.
# Prints the name of the backup.
set -euo pipefail
umask 077

BLOBS=${BLOBS:-/data/blobs}
KEYS=${KEYS:-/data/keys}
BACKUPS=${BACKUPS:-/backups}
BACKUP_KEYS=${BACKUP_KEYS:-/backup-keys}
KEEP=${KEEP:-14}

name=$(date -u +%Y%m%dT%H%M%SZ)
unfinished=$BACKUPS/$name.unfinished
trap 'rm -rf "$unfinished"' EXIT
mkdir -p "$unfinished" "$BACKUP_KEYS"

# With the WAL that was written meanwhile, and checked against its own list before it counts.
pg_basebackup --pgdata="$unfinished/postgres" --wal-method=stream --checkpoint=fast \
  --manifest-checksums=SHA256 --no-password
pg_verifybackup --quiet "$unfinished/postgres"
tar -C "$unfinished/postgres" -czf "$unfinished/postgres.tar.gz" .
rm -rf "$unfinished/postgres"

# 1: a recording was erased meanwhile, as it should be.
tar -C "$BLOBS" --ignore-failed-read -czf "$unfinished/blobs.tar.gz" . || [ $? -eq 1 ]

(cd "$unfinished" && sha256sum ./*.tar.gz >SHA256SUMS)
if [ -f "$KEYS/keys.env" ]; then
  install -m 600 "$KEYS/keys.env" "$BACKUP_KEYS/$name.env"
else
  echo "AUTH_KEYS and MASTER_KEYS come from the environment: keep them, they are not copied" >&2
fi
sync "$unfinished"/*
mv "$unfinished" "$BACKUPS/$name"

# What was erased here is gone from the backups, too, when the last one from before has gone.
find "$BACKUPS" -mindepth 1 -maxdepth 1 -name '????????T??????Z' -mtime +"$KEEP" -exec rm -rf {} +
find "$BACKUP_KEYS" -maxdepth 1 -name '????????T??????Z.env' -mtime +"$KEEP" -delete
echo "$name"
