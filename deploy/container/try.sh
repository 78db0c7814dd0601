#!/bin/sh
# Builds the image and runs a container of it as compose.yaml does, where no registry can be reached: the Dockerfile is the
# one that everybody builds, its two base images are made here, of Debian's packages and of this machine's Node.
# Needs root and: apt-get install debootstrap buildah podman runc
#
#   deploy/container/try.sh [WORK-FOLDER]     keeps the base images there; the last line says whether all is well
set -eu

root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
work=${1:-$root/node_modules/.cache/ponte-image}
port=${PORT:-18081}
name=ponte-try-$$
volume=$work/volume-$$
mkdir -p "$work" "$volume"
# podman takes no longer path than 50 characters here, and wants the same one each time.
run=/run/ponte-image
mkdir -p "$run"

buildah() { command buildah --storage-driver vfs --root "$work/store" --runroot "$run" "$@"; }
podman() {
  command podman --storage-driver vfs --root "$work/store" --runroot "$run" --runtime runc \
    --cgroup-manager cgroupfs --events-backend file "$@"
}
has_image() { buildah inspect --type image "$1" >/dev/null 2>&1; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  podman logs "$name" 2>&1 | tail -n 20 >&2 || true
  printf 'not well: %s\n' "$*"
  exit 1
}
clean_up() {
  podman rm --force --time 0 "$name" >/dev/null 2>&1 || true
  rm -rf "$volume" "$run"
}
trap clean_up EXIT

build() { buildah build --isolation chroot --network host --pull-never "$@"; }

debian_image() {
  has_image debian:bookworm-slim && return
  step "debian:bookworm-slim, of Debian's packages"
  [ -d "$work/debian" ] || debootstrap --variant=minbase bookworm "$work/debian" >"$work/debian.log"
  printf 'FROM scratch\nCOPY . /\nCMD ["bash"]\n' >"$work/debian.containerfile"
  build --file "$work/debian.containerfile" --tag debian:bookworm-slim "$work/debian"
}

# The official one has Node, npm and Node's headers in /usr/local, and a compiler.
node_image() {
  has_image node:24-bookworm && return
  step "node:24-bookworm, of this machine's Node $(node --version)"
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  mkdir -p "$work/node/bin" "$work/node/include" "$work/node/lib/node_modules"
  cp "$prefix/bin/node" "$work/node/bin/"
  cp -R "$prefix/include/node" "$work/node/include/"
  cp -R "$prefix/lib/node_modules/npm" "$work/node/lib/node_modules/"
  ln -sfn ../lib/node_modules/npm/bin/npm-cli.js "$work/node/bin/npm"
  ln -sfn ../lib/node_modules/npm/bin/npx-cli.js "$work/node/bin/npx"
  cat >"$work/node.containerfile" <<'END'
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates python3 make g++
COPY . /usr/local/
END
  # Where this machine comes to the packages through a proxy with an authority of its own.
  if [ -n "${NODE_EXTRA_CA_CERTS:-}" ]; then
    cp "$NODE_EXTRA_CA_CERTS" "$work/node/authorities.crt"
    printf 'ENV NODE_EXTRA_CA_CERTS=/usr/local/authorities.crt\n' >>"$work/node.containerfile"
  fi
  build --file "$work/node.containerfile" --tag node:24-bookworm "$work/node"
}

answer() { curl --silent --max-time 5 "$@"; }

until_healthy() {
  for _ in $(seq 120); do
    if podman healthcheck run "$name" >/dev/null 2>&1; then return; fi
    [ "$(podman inspect --format '{{.State.Running}}' "$name")" = true ] || fail "it ended"
    sleep 0.5
  done
  fail "it is not healthy after 60 s"
}

# podman says that it finds no systemd for a timer of its health: `until_healthy` asks itself.
start() {
  podman run --detach --name "$name" --network host --security-opt no-new-privileges \
    --read-only --tmpfs /tmp --cap-drop ALL --ulimit nofile=4096 --ulimit nproc=4096 --ulimit core=0 --volume "$volume:/var/lib/ponte" \
    --env ALLOW_ANONYMOUS=true --env HOST=127.0.0.1 --env PORT="$port" --env KAFKA_BROKERS=127.0.0.1:1 \
    ponte:try >/dev/null
}

debian_image
node_image

step "The image, by deploy/container/Dockerfile"
build --file "$root/deploy/container/Dockerfile" --format docker --ignorefile "$root/.dockerignore" \
  --tag ponte:try "$root"

step "What is in it"
inside() { podman run --rm --network none --ulimit nofile=4096 --ulimit nproc=4096 --no-healthcheck --entrypoint /bin/sh ponte:try -c "$1"; }
[ "$(inside 'id -u')" = 10001 ] || fail "it does not run as 10001"
inside 'command -v npm npx yarn python3 gcc make' && fail "it has tools that it does not need"
inside 'test ! -w /opt/ponte/bin/ponte' || fail "it may write over its own programs"
[ "$(podman image inspect --format '{{.Config.StopSignal}} {{.Config.User}}' ponte:try)" = 'SIGTERM 10001:10001' ] ||
  fail "the stop signal or the user is another one"
podman image inspect --format '{{.Size}}' ponte:try | awk '{ printf "%d MB\n", $1 / 1e6 }'

step "A container with a read-only root, without Kafka"
chown 10001:10001 "$volume"
chmod 700 "$volume"
start
until_healthy
[ "$(answer -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' -H 'Prefer: respond-async' \
  -d '{"message_id":"try-1","data":{"documento":"1"}}' "http://127.0.0.1:$port/topics/nf-saida")" = 202 ] ||
  fail "it does not accept"

step "SIGTERM, and a new container on the same volume"
podman stop --time 35 "$name" >/dev/null
code=$(podman inspect --format '{{.State.ExitCode}}' "$name")
[ "$code" = 0 ] || fail "it ended with $code"
podman rm "$name" >/dev/null
start
until_healthy
answer "http://127.0.0.1:$port/messages/try-1" | grep -q '"status":"pending"' || fail "the record is gone"

step "Well: not root, read-only, healthy, stops with 0, and has its record again"
