# Sourced by the run scripts of the folders: the suite, and a fresh virtual environment with the pinned versions.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
suite=${ENTRA_CONFORMANCE:-entra-conformance}

command -v "$suite" >/dev/null || {
  echo "no $suite: 'cargo install --path .' in the project's root, or set ENTRA_CONFORMANCE to the program" >&2
  exit 2
}

# Debian's OpenLDAP server. Only its program is used: the adapter starts one of its own, in a scratch folder.
need_slapd() {
  [ -x /usr/sbin/slapd ] || {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq slapd
  }
}

set_up() {
  python3 -m venv --clear "$folder/.venv"
  "$folder/.venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$folder/requirements.txt"
}

# judge ADAPTER-ARGUMENTS... -- RUN-OPTIONS...
judge() {
  arguments=
  while [ "$1" != -- ]; do
    arguments="$arguments $1"
    shift
  done
  shift
  status=0
  # shellcheck disable=SC2086
  "$suite" run --handshake-timeout 120 --reply-timeout 60 --failures-dir "$folder/.state/failures" "$@" \
    -- "$folder/.venv/bin/python" "$folder/adapter.py" $arguments || status=$?
  # 1: rules are violated; 3: some were not exercised. Both are what such a run is for.
  case $status in 0 | 1 | 3) ;; *) exit "$status" ;; esac
}
