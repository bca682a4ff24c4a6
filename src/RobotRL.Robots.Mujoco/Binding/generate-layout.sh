#!/bin/sh
# Prints MujocoLayout.g.cs anew from the installed MuJoCo headers (Debian: apt install libmujoco-dev gcc).
# Run it after moving to another MuJoCo release. MUJOCO_INCLUDE names another include directory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cc ${MUJOCO_INCLUDE:+-I"$MUJOCO_INCLUDE"} -o "$scratch/layout" "$here/layout.c"
"$scratch/layout" > "$here/MujocoLayout.g.cs"
