#!/bin/bash
# What a user does in a bare system: installs the wheel, measures, reads the results, uninstalls.
# tests/install/bare_root.sh sets TLS_URL, a TLS server before 127.0.0.1:API_PORT.
set -euo pipefail

fail() {
  echo "bare: $*" >&2
  exit 1
}
# Runs a command; shows its output only if it fails.
quietly() {
  "$@" >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    fail "$* failed"
  }
}
# All files of the user except caches, which pip and Matplotlib keep.
list_files() {
  find "$HOME" -path "$HOME/.cache" -prune -o -type f -print | sort
}
expect_in() {
  grep -qF -e "$2" "$1" || {
    cat "$1" >&2
    fail "$1 has no '$2'"
  }
}

work=$(mktemp -d)
cd "$work"
wheel=$(echo /run/steps/paceline-*.whl)
python3 -m venv "$HOME/venv"
PATH=$HOME/venv/bin:$PATH
# pip's own modules are compiled when they are first used.
quietly pip list
pip freeze >before.packages
list_files >before.files

begin=$(date +%s.%N)
quietly pip install "$wheel"
installed=$(date +%s.%N)
run=(paceline --paceline_rpm=6000 --paceline_parallel=20 --paceline_requests=200)
quietly "${run[@]}" --benchmark_out=before.json
end=$(date +%s.%N)
awk -v a="$begin" -v b="$installed" -v c="$end" \
  'BEGIN { printf "pip install: %.1f s; pip install to the first figures: %.1f s\n", b - a, c - a }'
expect_in log p99
expect_in before.json '/p99"'

# The server's certificate is unknown first, then known through the system's store.
paceline_endpoint --port="$API_PORT" >endpoint.log 2>&1 &
endpoint=$!
trap 'kill "$endpoint"' EXIT
for _ in {1..100}; do
  ! grep -qs http endpoint.log || break
  sleep 0.1
done
tls=("${run[@]}" --paceline_url="$TLS_URL" --paceline_model=test)
! OPENAI_API_KEY=key "${tls[@]}" >untrusted.log 2>&1 ||
  fail "a run trusted a certificate whose authority is not in the system's store"
grep -qi certificate untrusted.log || {
  cat untrusted.log >&2
  fail "the failure does not name the certificate"
}
echo now >/run/steps/trust
read -r _ </run/steps/trusted
export OPENAI_API_KEY=key
quietly "${tls[@]}" --benchmark_out=tls.json --paceline_log=tls.sqlite
expect_in tls.json '"errors": 0'
grep -iE '"[a-z_]*(tls|certificates)[a-z_]*": "' tls.json | sort -u
kill "$endpoint"
trap - EXIT

quietly paceline_log tls.sqlite
(($(wc -l <log) >= 200)) || fail "paceline_log wrote $(wc -l <log) lines for 200 requests"
quietly pip install "${wheel}[report]"
quietly paceline_report before.json -o page.html
expect_in page.html '<figure id='
quietly "${run[@]}" --benchmark_out=after.json
quietly paceline_compare before.json after.json
expect_in log p99

quietly pip uninstall --yes paceline
pip freeze | grep -vxFf before.packages >added.packages || true
[[ ! -s added.packages ]] || quietly pip uninstall --yes -r added.packages
list_files >after.files
left=$(comm -13 before.files after.files)
[[ -z $left ]] || fail "pip uninstall leaves $left"
echo "report, compare, log, TLS and uninstall: ok"
rm -r "$work"
