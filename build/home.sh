# shellcheck shell=sh
# Sourced at the root of the repository, before the SDK is called: a home of its own for the SDK and its packages where the account has none that can be
# written. Packages that the account's home holds already are read from there.
if ! { [ -n "${HOME-}" ] && mkdir -p "$HOME/.nuget" "$HOME/.dotnet" && [ -w "$HOME/.nuget" ] && [ -w "$HOME/.dotnet" ]; } 2>/dev/null; then
  if [ -z "${NUGET_PACKAGES-}" ]; then
    packages=${HOME:-$(getent passwd "$(id -u)" 2>/dev/null | cut -d: -f6)}/.nuget/packages
    if [ -r "$packages" ]; then export NUGET_FALLBACK_PACKAGES="$packages"; fi
  fi
  HOME=$PWD/artifacts/home
  mkdir -p "$HOME"
  export HOME
fi
