#!/usr/bin/env bash
# Builds Hive Router from crates.io, and prints where it is: build-hive-router.sh
# Needs Rust 1.97 or later, a C and C++ compiler and cmake. Takes an hour of one core; for tests alone a quarter of that
# with CARGO_PROFILE_RELEASE_OPT_LEVEL=0. What follows goes to cargo, such as -j1.
set -euo pipefail

version=0.3.10
root=${XDG_CACHE_HOME:-$HOME/.cache}/authgraph/hive-router

# Apart from the programs, so that a build that was interrupted goes on where it stopped.
export CARGO_TARGET_DIR=$root/build
cargo install hive-router --version "$version" --locked --features graphiql --root "$root" "$@"
rm -rf "$CARGO_TARGET_DIR"
echo "$root/bin/hive_router"
