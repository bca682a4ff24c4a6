#!/usr/bin/env bash
# Builds the programs that tests speak to over the network, into artifacts/peers. Does nothing where they are up to date.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=()
for tool in g++ make fastddsgen java; do command -v "$tool" >/dev/null || missing+=("$tool"); done
for header in fastdds/dds/domain/DomainParticipant.hpp fastcdr/Cdr.h; do
  [[ -e /usr/include/$header || -e /usr/local/include/$header ]] || missing+=("${header%%/*}'s headers")
done
if ((${#missing[@]} > 0)); then
  list=$(printf ', %s' "${missing[@]}")
  echo "peers: the Fast DDS peer needs ${list:2}; on Debian 12 and Ubuntu 24.04 'build/deps.sh test' installs them" >&2
  exit 2
fi

out=$PWD/artifacts/peers
mkdir -p "$out"
unset MAKEFLAGS MAKELEVEL # those of a make that called this are not for the build below
exec make -s --no-print-directory -j "$(nproc)" -C tests/peers/fastdds OUT="$out"
