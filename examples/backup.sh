#!/usr/bin/env bash
# Keep seven daily backups of a folder; the oldest goes when a new one comes.
set -euo pipefail

readonly keep=7
source_dir=${1:?usage: backup.sh FOLDER [TARGET]}
target=${2:-"$HOME/backups"}
name="$(basename "$source_dir")-$(date +%F).tar.gz"

mkdir -p "$target"
tar --create --gzip --file "$target/$name.part" --directory "$source_dir" .
mv "$target/$name.part" "$target/$name"

find "$target" -name "$(basename "$source_dir")-*.tar.gz" -print0 \
  | sort --zero-terminated --reverse \
  | tail --zero-terminated --lines "+$((keep + 1))" \
  | xargs --null --no-run-if-empty rm --

if [[ ! -s $target/$name ]]; then
  echo "backup of $source_dir is empty" >&2
  exit 1
fi
echo "wrote $target/$name"
