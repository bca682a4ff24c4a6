#!/usr/bin/env bash
# Native libraries that the simulation, its renderer, OpenCV and ROS 2 robots load; with the word `test`, also what tests build with.
# Installs them with apt; elsewhere says what is missing.
set -euo pipefail

# need: library as the loader knows it, or bin/ and a command, then the packages that bring it, first choice first
needs=(
  'libmujoco.so      libmujoco-dev'
  'libOSMesa.so.8    libosmesa6'
  'libEGL.so.1       libegl1'
  'libGL.so.1        libgl1'
  'dri               libgl1-mesa-dri'
  'libgtk-3.so.0     libgtk-3-0t64 libgtk-3-0'
  'libddsc.so.0      libddsc0t64 libddsc0debian'
)
# The peer on another DDS implementation that build/peers.sh compiles.
test_needs=(
  'bin/g++           g++'
  'bin/make          make'
  'bin/java          default-jre-headless'
  'bin/fastddsgen    fastddsgen'
  'libfastrtps.so    libfastrtps-dev'
  'libfastcdr.so     libfastcdr-dev'
)
if [[ ${1:-} == test ]]; then needs+=("${test_needs[@]}"); fi

fail() { printf '%s\n' "$@" >&2; exit 2; }

[[ $'\n'$(dotnet --list-sdks 2>/dev/null) == *$'\n10.'* ]] ||
  fail 'deps: no .NET 10 SDK found: install it from https://dotnet.microsoft.com/download/dotnet/10.0'

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

loadable() { # works on any Linux: the loader's cache, or Mesa's driver folder
  if [[ $1 == bin/* ]]; then command -v "${1#bin/}" >/dev/null
  elif [[ $1 == dri ]]; then compgen -G '/usr/lib*/dri/*_dri.so' >/dev/null || compgen -G '/usr/lib/*/dri/*_dri.so' >/dev/null
  else [[ $(ldconfig -p 2>/dev/null || /sbin/ldconfig -p) == *"$1"* ]]; fi
}

missing=()
if ! command -v apt-get >/dev/null; then
  for need in "${needs[@]}"; do read -r library packages <<<"$need"; loadable "$library" || missing+=("  $library   (Debian: $packages)"); done
  ((${#missing[@]} == 0)) && exit 0
  fail 'deps: this system has no apt. Install what brings these, then run again:' "${missing[@]}"
fi

for need in "${needs[@]}"; do
  read -r library packages <<<"$need"
  if [[ $library == bin/* ]] && loadable "$library"; then continue; fi # a command serves, whoever brought it
  for package in $packages; do installed "$package" && continue 2; done
  missing+=("$need")
done
((${#missing[@]} == 0)) && exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail 'deps: installing needs root; as root run:' "  apt-get install $(for m in "${missing[@]}"; do awk '{printf "%s ", $NF}' <<<"$m"; done)"
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq >&2 || echo 'deps: apt-get update failed; going on with the lists at hand' >&2

chosen=() unknown=()
for need in "${missing[@]}"; do
  read -r library packages <<<"$need"
  for package in $packages; do
    # A candidate, not merely a name: transitional and virtual names have none. Read whole: a reader that leaves early kills apt-cache,
    # and pipefail would call that "no such package".
    policy=$(LC_ALL=C apt-cache policy "$package" 2>/dev/null) || policy=
    [[ $policy =~ Candidate:\ [^\(] ]] && { chosen+=("$package"); continue 2; }
  done
  unknown+=("  $library   (package $packages)")
done
((${#chosen[@]} == 0)) || "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${chosen[@]}" >&2 </dev/null
((${#unknown[@]} == 0)) ||
  fail "deps: $(. /etc/os-release; echo "$PRETTY_NAME") has no package for these (Debian 12 and Ubuntu 24.04 do, in main and universe). Install them by hand:" "${unknown[@]}"
