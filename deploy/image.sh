#!/usr/bin/env bash
# L'image « passerelle-unc », par buildah, sans démon (en root : make image).
#   BASE=registre.exemple.fr/python:3.12-slim  cette base ; sinon une Debian minimale (debootstrap)
#   WHEELS=dossier                             les paquets de deploy/wheels.sh, au lieu de PyPI
#   ROOTFS=dossier                             une Debian déjà faite par deploy/base.sh
#   TAG=nom:version                            par défaut passerelle-unc:latest
# Il faut : apt-get install buildah debootstrap
set -euo pipefail
cd "$(dirname "$0")/.."
export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot}
tag=${TAG:-localhost/passerelle-unc:latest}
for tool in buildah $([ -n "${BASE:-}" ] || echo debootstrap); do
    command -v "$tool" >/dev/null || { echo "$tool manque : apt-get install $tool" >&2; exit 2; }
done
[ "$(id -u)" = 0 ] || { echo "À lancer en root." >&2; exit 2; }

if [ -z "${BASE:-}" ]; then
    suite=${SUITE:-bookworm}
    BASE=localhost/passerelle-unc-base:$suite-$(sha256sum deploy/base.sh | cut -c1-8)
    if ! buildah inspect --type image "$BASE" >/dev/null 2>&1; then
        root=${ROOTFS:-}
        if [ -z "$root" ]; then
            root=$(mktemp -d)
            trap 'rm -rf "$root"' EXIT
            deploy/base.sh "$root" "$suite"
        fi
        container=$(buildah from scratch)
        buildah add --quiet "$container" "$root" / >/dev/null
        buildah commit --quiet --rm "$container" "$BASE" >/dev/null
        echo "Base : $BASE, $(du -sh "$root" | cut -f1)"
    fi
fi

offline=()
if [ -n "${WHEELS:-}" ]; then
    offline=(--volume "$(cd "$WHEELS" && pwd):/wheels:ro"
             --build-arg PIP_NO_INDEX=1 --build-arg PIP_FIND_LINKS=/wheels)
fi
buildah build --quiet --layers=false --build-arg "BASE=$BASE" "${offline[@]}" \
    -f deploy/Containerfile -t "$tag" .
echo "Image : $tag, $(buildah images --format '{{.Size}}' "$tag"), base comprise ; $SECONDS s"
