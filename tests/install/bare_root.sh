#!/bin/bash
# What root does in a bare system: installs Python and nginx, makes a TLS server whose authority is of
# the system's store, and starts the user's steps. tests/install/bare runs this in a chroot.
set -euo pipefail

fail() {
  echo "bare: $*" >&2
  exit 1
}

export DEBIAN_FRONTEND=noninteractive
# A mirror may lag behind the date until which its lists of testing are valid.
{
  apt-get -o Acquire::Check-Valid-Until=false update &&
    apt-get install --yes --no-install-recommends nginx openssl python3-venv
} >/tmp/apt.log 2>&1 || {
  cat /tmp/apt.log >&2
  fail "apt-get failed"
}
for compiler in cc gcc g++ clang; do
  ! command -v "$compiler" >/dev/null || fail "the system has the compiler $compiler"
done
useradd --create-home --shell /bin/bash user
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

mkdir /srv/tls
cd /srv/tls
{
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Test authority" \
    -addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.crt
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 \
    -extfile <(echo subjectAltName=DNS:localhost) -out server.crt
} 2>/dev/null
tls_port=$(free_port)
api_port=$(free_port)
cat >nginx.conf <<CONF
daemon off;
pid /srv/tls/nginx.pid;
error_log /srv/tls/error.log;
events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:$tls_port ssl;
    server_name localhost;
    ssl_certificate server.crt;
    ssl_certificate_key server.key;
    location / { proxy_pass http://127.0.0.1:$api_port; }
  }
}
CONF
nginx -c /srv/tls/nginx.conf &
nginx=$!
trap 'kill "$nginx"; wait "$nginx" || true' EXIT

# The user says when the authority must be in the store.
mkfifo --mode=0666 /run/steps/trust /run/steps/trusted
{
  read -r _ </run/steps/trust
  cp ca.crt /usr/local/share/ca-certificates/test-authority.crt
  update-ca-certificates >/dev/null 2>&1
  echo trusted >/run/steps/trusted
} &
trust=$!
as_user=(setpriv --reuid=user --regid=user --init-groups env -i PATH=/usr/bin:/bin HOME=/home/user
  LANG=C.UTF-8 PIP_CERT=/run/host/index-ca.crt PIP_CONFIG_FILE=/run/host/pip.conf
  PIP_DISABLE_PIP_VERSION_CHECK=1 "TLS_URL=https://localhost:$tls_port/v1" "API_PORT=$api_port")
cd /home/user
"${as_user[@]}" bash /run/steps/bare_user.sh || {
  kill "$trust" 2>/dev/null || true
  fail "the user's steps failed"
}
wait "$trust"
