#include <paceline/http/direct/header_block.h>
#include <paceline/text/strings.h>

#include <algorithm>

namespace paceline::http::direct {

void HeaderBlock::clear() {
  text_.clear();
  headers_.clear();
}

void HeaderBlock::begin() {
  headers_.push_back({text_.size(), text_.size(), text_.size()});
}

void HeaderBlock::add_to_name(std::string_view piece) {
  text_.append(piece);
  headers_.back().value = headers_.back().end = text_.size();
}

void HeaderBlock::add_to_value(std::string_view piece) {
  text_.append(piece);
  headers_.back().end = text_.size();
}

std::optional<std::string_view> HeaderBlock::find(const char* name) const {
  const std::string_view text = text_;
  const auto found = std::find_if(headers_.begin(), headers_.end(), [&](const Header& header) {
    return text::equals_ignoring_case(text.substr(header.name, header.value - header.name), name);
  });
  if (found == headers_.end()) return std::nullopt;
  const auto value = text.substr(found->value, found->end - found->value);
  return value.substr(0, value.find_last_not_of(" \t") + 1);
}

}  // namespace paceline::http::direct
