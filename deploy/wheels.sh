#!/usr/bin/env bash
# Les paquets Python de la passerelle dans un dossier, pour une machine sans Internet :
#   deploy/wheels.sh DOSSIER
# PYTHON_VERSION=3.11 : pour le Python de cette autre machine (par défaut, celui d'ici).
# Relancé, il ne télécharge que ce qui manque, et ôte ce que le verrou ne nomme plus.
set -euo pipefail
[ $# = 1 ] || { echo "deploy/wheels.sh DOSSIER" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
version=${PYTHON_VERSION:-$($python -c 'import sys; print("%d.%d" % sys.version_info[:2])')}
wanted=$({ cat requirements-prod.lock; echo "$version"; } | sha256sum | cut -d' ' -f1)
if [ "$(cat "$folder/complet" 2>/dev/null)" != "$wanted" ]; then
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    $python -m venv "$tools/venv"
    mkdir "$tools/wheels"
    # Celui de l'autre machine peut être plus ancien d'une révision (3.11.2 ici, 3.11.7 là).
    sed -E "s/ ; python_full_version < '[0-9]+\.[0-9]+\.[0-9]+' / /" requirements-prod.lock > "$tools/verrou"
    "$tools/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary :all: --python-version "$version" \
        --find-links "$folder" -r "$tools/verrou" -d "$tools/wheels"
    rm -f "$folder/complet" "$folder"/*.whl
    cp "$tools/wheels"/*.whl "$folder/"
    echo "$wanted" > "$folder/complet"
fi
echo "$(find "$folder" -name '*.whl' | wc -l) paquets pour Python $version dans $folder ($(du -sh "$folder" | cut -f1))"
