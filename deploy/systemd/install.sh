#!/bin/sh
# Installs the bridge on a plain server with systemd, or upgrades it; run it as often as you like.
#
#   install.sh [--kafka HOST:PORT,…] [--port PORT] [--no-start]
#   install.sh uninstall      takes the programs away; records, keys and settings stay
#
# It lies in an unpacked release: what stands beside it is what is installed.
set -eu

readonly MIN_SYSTEMD=250
readonly PROGRAMS=/opt/ponte
readonly SETTINGS=/etc/ponte
readonly DATA=/var/lib/ponte
readonly UNITS=/etc/systemd/system
readonly COMMAND=/usr/local/bin/ponte

say() { printf '%s\n' "$*"; }
fail() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}
usage() {
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 64
}

kafka='' port='' start=yes action=install
while [ $# -gt 0 ]; do
  case $1 in
    --kafka) [ $# -ge 2 ] || usage; kafka=$2; shift ;;
    --port) [ $# -ge 2 ] || usage; port=$2; shift ;;
    --no-start) start=no ;;
    uninstall) action=uninstall ;;
    *) usage ;;
  esac
  shift
done
case $kafka in *[!A-Za-z0-9.,:_\[\]-]*) fail "--kafka must be host:port, several with commas" ;; esac
case $port in *[!0-9]*) fail "--port must be a number" ;; esac

release=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
[ "$(id -u)" -eq 0 ] || fail "must be run as root, for example with sudo"

has_systemd() { [ -d /run/systemd/system ]; }

require_systemd() {
  command -v systemctl >/dev/null || fail "there is no systemd; see docs/install.md for containers"
  found=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "$found" -ge "$MIN_SYSTEMD" ] || fail "systemd $found is too old: $MIN_SYSTEMD or newer is needed"
}

# What was copied whole has this file, written last.
sum_of() { (cd "$1" && find . -type f ! -name .installed -exec sha256sum {} + | sort | sha256sum | cut -d' ' -f1); }

make_user() {
  getent passwd ponte >/dev/null && return
  useradd --system --user-group --home-dir "$DATA" --no-create-home --shell /usr/sbin/nologin ponte
  say "user ponte was made"
}

copy_programs() {
  target=$PROGRAMS/$version
  sum=$(sum_of "$release")
  if [ -f "$target/.installed" ] && [ "$(cat "$target/.installed")" = "$sum" ]; then return; fi
  changed=yes
  mkdir -p "$PROGRAMS"
  rm -rf "$PROGRAMS/.new" "$PROGRAMS/.old"
  cp -R "$release" "$PROGRAMS/.new"
  chown -R 0:0 "$PROGRAMS/.new"
  chmod -R u=rwX,go=rX "$PROGRAMS/.new"
  printf '%s\n' "$sum" >"$PROGRAMS/.new/.installed"
  [ ! -e "$target" ] || mv -T "$target" "$PROGRAMS/.old"
  mv -T "$PROGRAMS/.new" "$target"
  rm -rf "$PROGRAMS/.old"
  ! command -v restorecon >/dev/null || restorecon -R "$target"
  say "$target was installed"
}

make_current() {
  former=$(readlink "$PROGRAMS/current" || true)
  [ "$former" = "$version" ] && return
  changed=yes
  ln -sfn "$version" "$PROGRAMS/.current"
  mv -T "$PROGRAMS/.current" "$PROGRAMS/current"
  for old in "$PROGRAMS"/*/; do
    case $(basename "$old") in "$version" | "$former" | current) ;; *) rm -rf "$old" ;; esac
  done
}

make_settings() {
  mkdir -p "$SETTINGS"
  chmod 755 "$SETTINGS"
  [ -d "$SETTINGS/credentials" ] || mkdir -m 700 "$SETTINGS/credentials"
  if [ ! -f "$SETTINGS/ponte.env" ]; then
    (
      umask 077
      {
        say "# The variables of the bridge: $PROGRAMS/current/docs/configuration.md. After a change: systemctl restart ponte"
        say "# Secrets do not belong here: put each into a file of its name in $SETTINGS/credentials, for example"
        say "#   $SETTINGS/credentials/KAFKA_SASL_PASSWORD"
        say ""
        sed -e '1,2d' -e "s|^#OUTBOX_URL=.*|#OUTBOX_URL=sqlite:$DATA/outbox.db|" \
          -e "s|^#KEYS_PATH=.*|#KEYS_PATH=$DATA/keys.json|" "$release/.env.example"
      } >"$SETTINGS/ponte.env.new"
    )
    mv -T "$SETTINGS/ponte.env.new" "$SETTINGS/ponte.env"
    changed=yes
    say "$SETTINGS/ponte.env was written"
  fi
  set_variable KAFKA_BROKERS "$kafka"
  set_variable PORT "$port"
}

set_variable() {
  [ -n "$2" ] || return 0
  ! grep -qxF "$1=$2" "$SETTINGS/ponte.env" || return 0
  changed=yes
  sed -i "0,/^#\{0,1\}$1=/s|^#\{0,1\}$1=.*|$1=$2|" "$SETTINGS/ponte.env"
  say "$1=$2"
}

make_units() {
  ln -sfn "$PROGRAMS/current/bin/ponte" "$COMMAND"
  for unit in ponte ponte-dead-letter-alerts; do
    cmp -s "$release/deploy/systemd/$unit.service" "$UNITS/$unit.service" && continue
    changed=yes
    install -m 644 "$release/deploy/systemd/$unit.service" "$UNITS/$unit.service"
    say "$UNITS/$unit.service was written"
  done
}

start_service() {
  if [ "$start" = no ] || ! has_systemd; then
    say "ponte $version is installed. It was not started: systemctl enable --now ponte"
    return
  fi
  systemctl daemon-reload
  systemctl enable --quiet ponte
  if [ "$changed" = yes ] || ! systemctl is-active --quiet ponte; then
    # It returns when the port is open.
    if ! systemctl restart ponte; then
      journalctl --unit=ponte --lines=20 --no-pager --output=cat >&2
      fail "ponte $version does not start; its last lines stand above. What was accepted is in $DATA"
    fi
  fi
  # Only where somebody has enabled it.
  [ "$changed" = no ] || systemctl try-restart ponte-dead-letter-alerts
  say "ponte $version runs: $(address)"
}

# The last one that is set counts, as it does for systemd.
variable() { sed -n "s/^$1=//p" "$SETTINGS/ponte.env" | tail -n 1; }

address() {
  host=$(variable HOST) of=$(variable PORT) scheme=http
  [ -z "$(variable TLS_CERT_PATH)" ] || scheme=https
  printf '%s://%s:%s' "$scheme" "${host:-127.0.0.1}" "${of:-8081}"
}

install_all() {
  require_systemd
  [ -x "$release/bin/node" ] || fail "this is not an unpacked release: npm run release makes one"
  version=$("$release/bin/ponte" version)
  "$release/bin/node" --version >/dev/null || fail "this release is for another kind of machine"
  changed=no
  make_user
  copy_programs
  make_settings
  make_current
  make_units
  start_service
}

uninstall() {
  for unit in ponte-dead-letter-alerts ponte; do
    if has_systemd && [ -f "$UNITS/$unit.service" ]; then systemctl disable --quiet --now "$unit"; fi
    rm -f "$UNITS/$unit.service"
  done
  rm -f "$COMMAND"
  rm -rf "$PROGRAMS"
  ! has_systemd || systemctl daemon-reload
  say "The programs are gone. What stays: $DATA (records, keys), $SETTINGS (settings, secrets), the user ponte."
}

if [ "$action" = uninstall ]; then uninstall; else install_all; fi
