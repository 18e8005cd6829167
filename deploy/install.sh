#!/bin/sh
# Installs Saraban on Debian 12 or newer under systemd, from a checkout: user, folders, packages, settings, unit, doctor. Safe to run again; settings that are
# there are left alone. It refuses while the service runs: parts of a program that is exchanged under it would not fit together. As root:
#
#   deploy/install.sh [--root FOLDER] [--no-packages]
#
# --root puts everything below another root (an image, a test): users, services and doctor are left to whoever starts it.
# --no-packages: the machine has no way to Debian's mirror; doctor says what is missing.
set -eu

root=
packages=yes
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=${2%/}; shift 2 ;;
    --no-packages) packages=no; shift ;;
    *) echo "ไม่รู้จัก $1 · unknown: $1 (--root FOLDER, --no-packages)" >&2; exit 2 ;;
  esac
done
here=$(cd "$(dirname "$0")/.." && pwd)
program=$root/opt/saraban
say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail 'ต้องใช้สิทธิ์ root · Run it as root.'
[ -f "$here/cli/saraban.js" ] || fail "$here: ไม่ใช่โปรแกรม Saraban · is no checkout of Saraban."

if [ -z "$root" ] && [ -d /run/systemd/system ] && systemctl is-active --quiet saraban; then
  fail 'โปรดหยุดระบบก่อน · Stop it first: systemctl stop saraban'
fi

if [ "$packages" = yes ] && [ -z "$root" ] && command -v apt-get >/dev/null; then
  missing=
  for name in age poppler-utils postgresql-client rclone tesseract-ocr tesseract-ocr-tha; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || missing="$missing $name"
  done
  if [ -n "$missing" ]; then
    say "ติดตั้ง · Installing:$missing"
    # shellcheck disable=SC2086 # a list of names
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing >/dev/null; } ||
      say "ติดตั้งบางส่วนไม่ได้ ระบบยังทำงานได้ · some could not be installed; Saraban runs without, doctor says what it lacks:$missing"
  fi
fi

if [ -z "$root" ]; then
  getent passwd saraban >/dev/null ||
    useradd --system --user-group --home-dir /var/lib/saraban --no-create-home --shell /usr/sbin/nologin saraban
  owner=$(id -u saraban):$(id -g saraban)
else
  # No user of the other root is known here: systemd and doctor set the owner at the first start.
  owner=0:0
fi

# The program belongs to root: the service can't change what it runs.
if [ "$here" != "$program" ]; then
  install -d -m 0755 "$program"
  # Into a fresh folder first, or a file that a new version has no more would stay.
  fresh=$program.new
  rm -rf "$fresh"
  install -d -m 0755 "$fresh"
  for name in package.json package-lock.json README.md backup cli config deploy docs gateway register verifier web; do
    cp -R "$here/$name" "$fresh/"
  done
  rm -f "$fresh/config/saraban.conf"
  [ ! -d "$program/node_modules" ] || mv "$program/node_modules" "$fresh/"
  rm -rf "$program.old"
  mv "$program" "$program.old"
  mv "$fresh" "$program"
  rm -rf "$program.old"
fi
(cd "$program" && umask 022 && npm_config_update_notifier=false node cli/install.js run) || fail 'ติดตั้งส่วนประกอบไม่สำเร็จ · npm could not install what Saraban needs.'
chown -R 0:0 "$program"
chmod -R go-w,a+rX "$program"

install -d -m 0750 -o 0 -g "${owner#*:}" "$root/etc/saraban"
if [ ! -e "$root/etc/saraban/saraban.conf" ]; then
  install -m 0640 -o 0 -g "${owner#*:}" "$program/config/saraban.conf.sample" "$root/etc/saraban/saraban.conf"
  say "ตั้งค่าที่ · Edit the settings: $root/etc/saraban/saraban.conf"
fi
install -d -m 0700 -o "${owner%:*}" -g "${owner#*:}" "$root/var/lib/saraban"
install -d -m 0755 "$root/etc/systemd/system"
install -m 0644 "$program/deploy/systemd/saraban.service" "$root/etc/systemd/system/saraban.service"

# `saraban …` for whoever is root: the same user, settings and data as the service, or it would look at another register.
install -d -m 0755 "$root/usr/local/bin"
cat >"$root/usr/local/bin/saraban.new" <<'COMMAND'
#!/bin/sh
set -eu
node=/opt/saraban/node_modules/.bin/node
[ -x "$node" ] || node=node
set -- env SARABAN_CONF=/etc/saraban/saraban.conf SARABAN_DATA=/var/lib/saraban HOME=/var/lib/saraban "$node" /opt/saraban/cli/saraban.js "$@"
[ "$(id -u)" = 0 ] || exec "$@"
exec setpriv --reuid saraban --regid saraban --init-groups "$@"
COMMAND
chmod 0755 "$root/usr/local/bin/saraban.new"
mv "$root/usr/local/bin/saraban.new" "$root/usr/local/bin/saraban"

if [ -n "$root" ]; then
  say "ติดตั้งไว้ใต้ · Installed below $root"
  exit 0
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  say 'เริ่มใช้งาน · Start it: systemctl enable --now saraban'
fi
# What has to be put right before the first start; warnings are allowed.
saraban doctor || say 'แก้ตามข้างบนแล้วเริ่มระบบ · Put right what stands above, then start it.'
