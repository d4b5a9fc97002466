#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <paceline/text/gate.h>

namespace paceline::text {

/// Prints lines for people on stderr. Every line passes the gate. For any thread.
class Console {
 public:
  explicit Console(std::shared_ptr<const Gate> gate) : gate_(std::move(gate)) {}

  /// Prints a line.
  void say(std::string_view line) const;
  /// Prints a sentence with the program's name before it.
  void warn(std::string_view sentence) const;

 private:
  std::shared_ptr<const Gate> gate_;
};

}  // namespace paceline::text
