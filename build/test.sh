#!/usr/bin/env bash
# Runs every test project of the Release build, one after the other (timing figures want a quiet machine), and sums.
# Last line: N passed, N failed. A project that crashes, or that has no tests, counts as one failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p artifacts/tests
passed=0 failed=0 skipped=0 broken=()

count() { awk -v key="$1:" '$1 == key { n = $2 } END { print n + 0 }' "$2"; }

# A peer that cannot be built counts as one failed. The tests that speak to it say so too; all others go on.
build/peers.sh 2>&1 | tee artifacts/tests/peers.log
((PIPESTATUS[0] == 0)) || { failed=1; broken+=(peers); }

for project in tests/RobotRL.*.Tests; do
  name=$(basename "$project")
  log=artifacts/tests/$name.log
  printf '\n== %s\n' "$name"
  dotnet "$project/bin/Release/net10.0/$name.dll" --progress off --no-ansi </dev/null 2>&1 | tee "$log"
  code=${PIPESTATUS[0]}
  bad=$(count failed "$log")
  if ((code != 0 && bad == 0)); then bad=1; echo "$name: exit code $code"; fi
  ((bad == 0)) || broken+=("$name")
  passed=$((passed + $(count succeeded "$log"))) failed=$((failed + bad)) skipped=$((skipped + $(count skipped "$log")))
done

echo
((skipped == 0)) || echo "$skipped skipped (see artifacts/tests/*.log)"
if ((${#broken[@]} > 0)); then
  echo "failed in: ${broken[*]}"
  for name in "${broken[@]}"; do grep -A 12 '^failed ' "artifacts/tests/$name.log" || tail -n 20 "artifacts/tests/$name.log"; done
fi
echo "$passed passed, $failed failed" | tee artifacts/tests/sum
((failed == 0 && passed > 0))
