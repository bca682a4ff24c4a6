#!/usr/bin/env bash
# The peer against itself, in two processes: every type with both reliabilities, a fast and a large stream, round trips.
# Prints one line for each; ends with 1 if a reliable sample was lost, or if any sample was wrong, doubled or out of order.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
build/peers.sh
peer=artifacts/peers/fastdds-peer
domain=${DOMAIN:-97}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bad=0

field() { sed -n "s/.*\"$1\":\([^,}]*\).*/\1/p" <<<"$2"; }

stream() { # type, reliability, count, rate, depth
  local summary lost name
  "$peer" sub "$1" /check --domain "$domain" --reliability "$2" --depth "$5" --count "$3" --seconds $(($3 / $4 + 8)) >"$folder/sub" &
  "$peer" pub "$1" /check --domain "$domain" --reliability "$2" --depth "$5" --count "$3" --rate "$4" >"$folder/pub"
  # A best-effort reader may wait for a sample that was lost; it ends when the writer is gone.
  [[ $2 == reliable ]] || kill $! 2>/dev/null || true
  wait $! || true
  summary=$(grep '"summary"' "$folder/sub")
  printf '%s %s: %s\n' "$1" "$2" "$summary"
  lost=$(field lost "$summary")
  [[ $2 == best_effort || $lost == 0 ]] || bad=1
  for name in wrong undecodable duplicated reordered; do [[ $(field $name "$summary") == 0 ]] || bad=1; done
}

round_trip() { # type, reliability, count, rate
  "$peer" echo "$1" /there /back --domain "$domain" --reliability "$2" --depth 100 >"$folder/echo" &
  printf 'round trip %s %s: ' "$1" "$2"
  "$peer" ping "$1" /there /back --domain "$domain" --reliability "$2" --depth 100 --count "$3" --rate "$4" | grep '"summary"'
  kill $!
  wait $! || true
}

types=(Time Header Bool String Float64MultiArray Clock Twist PoseStamped TwistStamped WrenchStamped JointState Image CompressedImage CameraInfo
  Joy ParticipantEntitiesInfo)
for type in "${types[@]}"; do
  for reliability in reliable best_effort; do stream "$type" "$reliability" 100 100 100; done
done
stream JointState reliable 10000 1000 1000
stream JointState best_effort 10000 1000 1000
stream Image reliable 300 30 10
stream Image best_effort 300 30 10
for reliability in reliable best_effort; do
  round_trip JointState "$reliability" 5000 1000
  round_trip Image "$reliability" 200 30
done
exit "$bad"
