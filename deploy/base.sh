#!/usr/bin/env bash
# Une Debian minimale avec Python et pg_dump, dans un dossier : deploy/base.sh DOSSIER [SUITE] (en root).
set -euo pipefail
[ $# -ge 1 ] || { echo "deploy/base.sh DOSSIER [SUITE]" >&2; exit 2; }
told=$(mktemp)
trap 'rm -f "$told"' EXIT
debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates,postgresql-client \
    "${2:-bookworm}" "$1" "${MIRROR:-http://deb.debian.org/debian}" > "$told" 2>&1 \
    || { tail -n 20 "$told" >&2; exit 1; }
rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/usr/share/man/*
