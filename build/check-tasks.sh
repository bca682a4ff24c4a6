#!/usr/bin/env bash
# Trains every shipped task to its stated threshold with one seed and evaluates it alone; goes on where it was interrupted. About 15 minutes.
#   build/check-tasks.sh [TASK …]     folder: $RUNS, by default runs/tasks
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wanted=" $* " missed=0

check() { # task, share of 100 episodes that must succeed, options of train
  local task=$1 share=$2 run=${RUNS:-runs/tasks}/$1
  shift 2
  [[ $wanted == "  " || $wanted == *" $task "* ]] || return 0
  echo "== $task: at least $share after train $*"
  ./robotrl train "robot-configs/sim/$task.yaml" --run "$run" "$@" && ./robotrl eval "$run" --at-least "$share" || { missed=$((missed + 1)); echo "== $task missed it"; }
}

check reach 0.95 --env-steps 4000
check maze 0.95 --env-steps 4000
check two-arm-reach 0.95 --env-steps 12000
check peg-insert 0.95 --until-success 1 --success-window 40
check pick-lift 0.95 --until-success 1 --success-window 40
echo "$missed tasks missed their threshold"
[[ $missed == 0 ]]
