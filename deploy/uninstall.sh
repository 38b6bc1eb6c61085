#!/usr/bin/env bash
# Ôter la passerelle de cette machine (en root) : deploy/uninstall.sh [--effacer-les-donnees]
# Sans cette option, réglages, jeton, base, exports et sauvegardes restent, et deploy/install.sh les
# reprend. Avec elle, ils sont effacés, le compte aussi. PostgreSQL n'est pas touché.
set -euo pipefail
home=/opt/passerelle-unc
etc=/etc/passerelle-unc
data=/var/lib/passerelle-unc
erase=no
case ${1:-} in
    "") ;;
    --effacer-les-donnees) erase=yes ;;
    *) echo "deploy/uninstall.sh [--effacer-les-donnees]" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "À lancer en root." >&2; exit 2; }

if [ -d /run/systemd/system ]; then
    systemctl stop 'unc-*.timer' 'unc-*.service'    # chacun finit ce qu'il fait
    for unit in /etc/systemd/system/unc-*.timer /etc/systemd/system/unc-*.service; do
        [ -e "$unit" ] || continue
        case $unit in *@.service) systemctl disable --quiet "$(basename "$unit" .service)*" 2>/dev/null || true ;;
            *) systemctl disable --quiet "$(basename "$unit")" 2>/dev/null || true ;; esac
    done
fi
rm -f /etc/systemd/system/unc-*.timer /etc/systemd/system/unc-*.service
find /etc/systemd/system -name 'unc-*' -type l -delete 2>/dev/null || true
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl reset-failed 'unc-*' 2>/dev/null || true
fi
rm -rf "$home/.venv" "$home/versions"
if grep -qs passerelle-unc /usr/local/bin/unc; then rm /usr/local/bin/unc; fi
if [ ! -d "$home/.git" ]; then rm -rf "$home"; fi
echo "Logiciel et unités ôtés."
if [ $erase = yes ]; then
    rm -rf "$etc" "$data"
    if getent passwd unc >/dev/null; then userdel unc; fi
    echo "Effacés : $etc, $data, le compte unc."
    echo "Restent, s'ils sont là : la base PostgreSQL (dropdb unc, dropdb prefect), /srv/passerelle-unc."
else
    echo "Gardés : $etc, $data, le compte unc. Tout effacer : deploy/uninstall.sh --effacer-les-donnees"
fi
