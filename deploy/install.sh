#!/usr/bin/env bash
# Installer la passerelle sur cette machine, ou la mettre à jour (en root) :
#   deploy/install.sh [--serveur] [--wheels DOSSIER]
# --serveur : PostgreSQL et Prefect, au lieu d'une machine seule. --wheels : sans Internet, les paquets
# de deploy/wheels.sh. Relancé, il ne change que ce qui a changé ; arrêté en route, relancez-le.
# Réglages, base, exports et jeton ne sont jamais remplacés.
set -euo pipefail
umask 022
source=$(cd "$(dirname "$0")/.." && pwd)
home=/opt/passerelle-unc
etc=/etc/passerelle-unc
data=/var/lib/passerelle-unc
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 2; }

sample=unc-une-machine.env
wheels=()
while [ $# -gt 0 ]; do
    case $1 in
        --serveur) sample=unc.env ;;
        --wheels) [ -d "${2:-}" ] || fail "--wheels : « ${2:-} » n'est pas un dossier."
            wheels=(--no-index --find-links "$(cd "$2" && pwd)"); shift ;;
        *) fail "deploy/install.sh [--serveur] [--wheels DOSSIER]" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || fail "À lancer en root."
python=${PYTHON:-python3}
"$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || fail "Il faut Python 3.11 ou plus, avec venv : apt-get install python3-venv"
systemd=no; if [ -d /run/systemd/system ]; then systemd=yes; fi

# Le compte et les dossiers.
getent passwd unc >/dev/null \
    || useradd --system --user-group --home-dir "$data" --shell /usr/sbin/nologin unc
install -d -m 0755 "$home" "$home/versions"
install -d -m 0750 -g unc "$etc"
install -d -m 0750 -o unc -g unc "$data"
[ -e "$etc/unc.env" ] || install -m 0640 -g unc "$source/deploy/systemd/$sample" "$etc/unc.env"
if [ $sample = unc.env ] && ! grep -q '^PREFECT_API_URL=.' "$etc/unc.env"; then
    say "$etc/unc.env est gardé ; les réglages d'un serveur (PostgreSQL, Prefect) y manquent : $source/deploy/systemd/unc.env"
fi

# Le logiciel, dans un dossier neuf : l'ancien sert jusqu'à ce que le nouveau soit entier.
read -ra parts <<< "$(sed -n 's/^!//p' "$source/.dockerignore" | tr '\n' ' ')"
pack() {
    tar -C "$source" --sort=name --mtime=@0 --owner=0 --group=0 --mode=a+rX,u+w,go-w \
        --exclude='__pycache__' --exclude='*.pyc' -cf - "${parts[@]}"
}
mark=$({ pack; "$python" --version; } | sha256sum | cut -c1-16)
version=$home/versions/$mark
changed=no
[ "$(readlink "$home/.venv" 2>/dev/null)" = "versions/$mark" ] || changed=yes
if [ ! -e "$version/entier" ]; then
    changed=yes
    say "Logiciel : $version (quelques minutes)…"
    rm -rf "$version"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    pack | tar -C "$work" -xf -
    "$python" -m venv "$version"
    pip=("$version/bin/pip" install --quiet --disable-pip-version-check --no-deps)
    "${pip[@]}" "${wheels[@]}" --require-hashes -r "$work/requirements-prod.lock"
    "${pip[@]}" --no-index --no-build-isolation "$work"
    touch "$version/entier"
    rm -rf "$work"
fi

# Ce qui tourne finit ce qu'il fait, puis repartira, même si cette commande est tuée et relancée.
stopped=$home/a-relancer
if [ $systemd = yes ] && [ $changed = yes ]; then
    systemctl list-units --plain --no-legend --state=active,activating 'unc-*' | awk '{print $1}' \
        | { grep -E '\.timer$|^unc-(annuaire|portail|prefect|worker@)' || true; } >> "$stopped"
    [ ! -s "$stopped" ] || say "Arrêt, le temps de la mise à jour : $(sort -u "$stopped" | xargs)"
    systemctl stop 'unc-*.timer' 'unc-*.service'
fi
if [ $changed = yes ]; then
    before=$(readlink "$home/.venv" 2>/dev/null || true)
    if [ -d "$home/.venv" ] && [ ! -L "$home/.venv" ]; then mv "$home/.venv" "$home/versions/avant-$mark"; fi
    ln -sfn "versions/$mark" "$home/.venv.neuf" && mv -T "$home/.venv.neuf" "$home/.venv"
    # Le présent et le précédent restent : y revenir est remettre le lien, et la copie de la base.
    for old in "$home"/versions/*; do
        case $old in "$version" | "$home/${before:-rien}" | "$home"/versions/avant-*) ;; *) rm -rf "$old" ;; esac
    done
fi
if [ "$source" != "$home" ]; then
    rm -rf "$home/deploy"
    cp -r "$source/deploy" "$home/deploy"
    install -m 0644 "$source/prefect.yaml" "$home/"    # lu par le compte unc
fi
# « unc » tapé en root : celui de l'installation, pas d'un autre.
command=/usr/local/bin/unc
if [ -e $command ] && ! grep -q passerelle-unc $command; then
    say "$command est là, et n'est pas d'ici : il n'est pas remplacé (le nôtre : $home/deploy/unc)."
elif ! cmp -s "$source/deploy/unc" $command; then
    install -D -m 0755 "$source/deploy/unc" $command
fi
if [ -d /etc/systemd/system ]; then
    for unit in "$source"/deploy/systemd/*.service "$source"/deploy/systemd/*.timer; do
        cmp -s "$unit" "/etc/systemd/system/${unit##*/}" || install -m 0644 "$unit" /etc/systemd/system/
    done
    [ $systemd = no ] || systemctl daemon-reload
fi

# La base : neuve si rien n'a été préparé, sinon copiée puis mise à jour.
unc() { "$source/deploy/unc" "$@"; }
again="deploy/install.sh"
if grep -q '^UNC_DEMARCHE=12345$' "$etc/unc.env"; then
    say "Installé. Donnez les réglages dans $etc/unc.env, et le jeton :"
    say "  install -m 0400 -o unc /chemin/du/ds-token $etc/ds-token"
    say "puis relancez $again : il prépare la base et contrôle."
    exit 0
fi
trap '[ ! -s "$stopped" ] || say "Arrêtés : $(sort -u "$stopped" | xargs). Corrigez, puis relancez $again."' EXIT
unc init
unc upgrade    # après une copie, sans laquelle il refuse
# Le serveur Prefect, s'il y en a un, est arrêté ou pas encore démarré : unc deploy l'attend.
code=0
unc doctor --sans-prefect || code=$?
server=no; if grep -q '^PREFECT_API_URL=.' "$etc/unc.env"; then server=yes; fi
if [ -s "$stopped" ]; then
    sort -u "$stopped" | xargs systemctl start
    say "Relancé : $(sort -u "$stopped" | xargs)"
    [ $server = no ] || say "À faire : unc deploy ; une minute après, unc doctor."
elif [ $server = yes ]; then
    say "À faire, si ce n'est pas fait : systemctl enable --now unc-prefect ; unc deploy ;"
    say "  systemctl enable --now unc-worker@1 unc-sauvegarde.timer unc-surveillance.timer"
fi
rm -f "$stopped"
[ $code = 0 ] || say "unc doctor a fini avec le code $code : voir ci-dessus."
exit $code
