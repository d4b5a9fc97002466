#!/bin/bash
# Sourced by the tests of what is installed: they build the README's suite against it, from outside
# the tree. The README's text is what compiles. README, CMAKE, CXX and CXXFLAGS come from ctest.

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

# Prints the fenced block that follows the line `<!-- example: NAME -->`.
example() {
  awk -v marker="<!-- example: $1 -->" '
    $0 == marker { wanted = 1; next }
    wanted && /^```/ { if (inside) exit; inside = 1; next }
    inside' "$README"
}

# Writes the README's suite to $work/consumer.
write_consumer() {
  local name
  mkdir "$work/consumer"
  for name in suite.cc CMakeLists.txt; do
    example "$name" >"$work/consumer/$name"
    [[ -s $work/consumer/$name ]] ||
      fail "README.md has no block after the line <!-- example: $name -->; write it there."
  done
}

# Builds it in $work/consumer/build against the paceline under a prefix.
build_with_cmake() {
  "$CMAKE" -G Ninja -S "$work/consumer" -B "$work/consumer/build" -D CMAKE_PREFIX_PATH="$1"
  "$CMAKE" --build "$work/consumer/build"
}

# Measures with a program on paceline::main, which writes the rows that compare.py reads.
expect_results() {
  local expected
  "$1" --benchmark_filter=rpm:60000/parallel:50 --benchmark_out="$work/out.json" >/dev/null 2>&1
  for expected in '/p99"' '"http": "HTTP/1.1"'; do
    grep -qF -e "$expected" "$work/out.json" || fail "the README's suite wrote no $expected"
  done
}

# Each program's help names paceline's flags.
expect_help() {
  local program
  for program; do
    "$program" --help >"$work/help"
    grep -q -e '--paceline_url' "$work/help" || {
      cat "$work/help" >&2
      fail "$program --help does not show --paceline_url"
    }
  done
}

# The program that makes a page of $work/out.json finds its modules beneath the prefix.
expect_page() {
  "$1/bin/paceline_report" "$work/out.json" -o "$work/page.html" >/dev/null
  grep -q '<figure id=' "$work/page.html" ||
    fail "the installed paceline_report made a page without a figure"
}

# Nothing of the build's own place may be left in what is installed.
expect_no_trace_of() {
  if grep -rF "$1" "$2" --include='*.cmake' --include='*.pc' --include='*.1'; then
    fail "what is installed names the build's own folder"
  fi
}
