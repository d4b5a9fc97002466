#include <paceline/text/console.h>

#include <paceline/text/write.h>

#include <string>

namespace paceline::text {

void Console::say(std::string_view line) const {
  // A failure to write to stderr cannot be reported anywhere.
  static_cast<void>(write_text(stderr, gate_->shown(line) + '\n'));
}

void Console::warn(std::string_view sentence) const {
  say("paceline: " + std::string(sentence));
}

}  // namespace paceline::text
