#!/usr/bin/env bash
# Makes the virtual environment $1 with the first Python >= 3.11 found; $PYTHON is asked first.
set -u
for python in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3.14 python3 python; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  if "$python" -m venv --clear "$1"; then
    echo "using $("$1/bin/python" --version) in $1" >&2
    exit 0
  fi
  rm -rf "$1"
  echo "$python cannot make a virtual environment (on Debian: apt install python3-venv)" >&2
done
echo "error: no Python >= 3.11 that can make a virtual environment was found; set PYTHON=/path/to/python3" >&2
exit 1
