#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <paceline/run/run_stripe.h>
#include <programs/progress/recent_latency.h>
#include <programs/progress/run_progress.h>
#include <programs/progress/terminal.h>

namespace paceline::programs::progress {

/// What the screen shows.
struct ScreenContent {
  RunProgress run;
  std::size_t parallel = 1;
  /// The place among the program's runs, from 1 on, and their number; 0: unknown.
  std::size_t number = 1;
  std::size_t runs = 0;
  /// The last minute.
  std::vector<LatencySecond> seconds{};
  run::LatencyCounts latency{};
  /// The keys, or why they do nothing.
  std::string keys;
};

/// How the screen is drawn.
struct ScreenLook {
  TerminalSize size{};
  /// Whether bars and sparklines consist of block characters instead of ASCII.
  bool has_blocks = false;
  bool has_colour = false;
};

/// Whether a terminal has room for the screen: 64 columns and 20 lines.
bool has_room(const TerminalSize& size);

/// The lines of the screen, each in fewer than `look.size.width` columns, and at most
/// `look.size.height` of them. Colours are escape sequences within the lines.
/// Precondition: has_room(look.size).
std::vector<std::string> screen_lines(const ScreenContent& content, const ScreenLook& look);

}  // namespace paceline::programs::progress
