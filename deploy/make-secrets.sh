#!/bin/sh
# Makes the secrets that docker-compose.yml and deploy/kubernetes hand out as files. What is there already is left alone.
#   deploy/make-secrets.sh [FOLDER] [DATABASE HOST]        (./secrets and postgres)
# The folder is closed to everybody but its owner; the files in it are readable, because a container's user reads them through a mount.
set -eu
folder=${1:-secrets}
host=${2:-postgres}
umask 077
mkdir -p "$folder"
chmod 0700 "$folder"
secret() { # name, text
  if [ ! -s "$folder/$1" ]; then
    printf '%s\n' "$2" >"$folder/$1"
    chmod 0444 "$folder/$1"
    echo "made $folder/$1"
  fi
}
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
secret postgres_password "$(random)"
secret database_password "$(random)"
secret database_url "postgres://saraban:$(cat "$folder/database_password")@$host/saraban"
secret admin_password "$(random)"
secret relay capture
