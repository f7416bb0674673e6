# Sourced by the run scripts of the folders: the suite, and a fresh virtual environment with the pinned versions.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
suite=${ENTRA_CONFORMANCE:-entra-conformance}

command -v "$suite" >/dev/null || {
  echo "no $suite: 'cargo install --path .' in the project's root, or set ENTRA_CONFORMANCE to the program" >&2
  exit 2
}

# Debian's packages, where they are missing.
need() {
  dpkg -s "$@" >/dev/null 2>&1 && return
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"; } || {
    echo "install Debian's packages first: $*" >&2
    exit 2
  }
}

# A fresh virtual environment. What a run before has left is gone, so that the next one does not begin with it.
set_up() {
  rm -rf "$folder/.state"
  python3 -m venv --clear "$folder/.venv"
  "$folder/.venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$folder/requirements.txt"
}

# judge NAME ADAPTER-ARGUMENTS... -- RUN-OPTIONS...: the events of the run are kept under that name.
judge() {
  name=$1
  shift
  arguments=
  while [ "$1" != -- ]; do
    arguments="$arguments $1"
    shift
  done
  shift
  mkdir -p "$folder/.state"
  status=0
  # shellcheck disable=SC2086
  "$suite" run --handshake-timeout 120 --reply-timeout 60 --failures-dir "$folder/.state/failures/$name" \
    --events "$folder/.state/$name.jsonl" "$@" -- "$folder/.venv/bin/python" "$folder/adapter.py" $arguments || status=$?
  # 1: rules are violated; 3: some were not exercised. Both are what such a run is for.
  case $status in 0 | 1 | 3) ;; *) exit "$status" ;; esac
}
