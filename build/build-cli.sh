#!/usr/bin/env bash
# Builds the Release command line when a source differs from what was built last. Two starts at once build once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
output=src/RobotRL.Cli/bin/Release/net10.0
stamp=$output/.sources

# The device, where rcldotnet is, and names, times and sizes of everything that the build reads; git's own index is no help, since edits need not be committed.
fingerprint() {
  echo "${TorchDevice-cpu} ${RcldotnetPath-}"
  find src build Directory.*.props Directory.*.targets global.json .editorconfig \
    \( -name bin -o -name obj \) -prune -o -type f -printf '%p %T@ %s\n' | LC_ALL=C sort
}
current() { [[ -f $output/robotrl.dll && -f $stamp && $(<"$stamp") == "$(fingerprint | cksum)" ]]; }

current && exit 0
command -v dotnet >/dev/null || { echo 'robotrl: dotnet not found: install the .NET 10 SDK' >&2; exit 2; }
mkdir -p artifacts
. build/home.sh
exec 9>artifacts/build.lock
flock 9
current && exit 0
sources=$(fingerprint | cksum)
echo 'robotrl: building' >&2
# The lock's descriptor is closed for the build: the compiler server outlives it and would hold the lock.
dotnet msbuild src/RobotRL.Cli -restore -p:Configuration=Release -v:q -nologo -nodeReuse:false >&2 9>&- || { echo 'robotrl: the build failed' >&2; exit 2; }
echo "$sources" >"$stamp"
