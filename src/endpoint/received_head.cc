#include <endpoint/received_head.h>
#include <paceline/text/numbers.h>
#include <strings.h>

#include <algorithm>
#include <limits>

namespace paceline::endpoint {
namespace {

constexpr unsigned not_implemented = 501;

bool is_same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_harmless_in_id(char c) {
  constexpr std::string_view marks = "-_.:/+=@";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         marks.find(c) != std::string_view::npos;
}

bool is_harmless_id(std::string_view id) {
  constexpr std::size_t longest = 128;
  return !id.empty() && id.size() <= longest &&
         std::all_of(id.begin(), id.end(), is_harmless_in_id);
}

}  // namespace

void ReceivedHead::add(std::string_view name, std::string_view value) {
  if (is_same_word(name, "Content-Length")) {
    add_length(value);
  } else if (is_same_word(name, "Transfer-Encoding")) {
    ++transfer_encodings_;
    is_chunked_ = is_same_word(without_spaces(value), "chunked");
  } else if (is_same_word(name, "Authorization")) {
    if (!authorization_) authorization_ = value;
  } else if (is_same_word(name, "x-request-id")) {
    if (!request_id_ && is_harmless_id(value)) request_id_ = value;
  }
}

// The field may be a list, for example because a proxy has joined two fields.
void ReceivedHead::add_length(std::string_view value) {
  constexpr auto most = std::numeric_limits<std::uint64_t>::max();
  for (std::size_t begin = 0; begin <= value.size();) {
    const auto end = std::min(value.find(',', begin), value.size());
    const auto text = without_spaces(value.substr(begin, end - begin));
    const auto length = text::parse_number<std::uint64_t>(text, 0, most);
    differs_ = differs_ || !length || content_length_.value_or(*length) != *length;
    content_length_ = length.value_or(0);
    begin = end + 1;
  }
}

std::optional<ApiError> ReceivedHead::framing_error() const {
  if (differs_) {
    return ApiError{bad_request,
                    "The request has Content-Length fields that differ or are not numbers: send "
                    "one."};
  }
  if (transfer_encodings_ == 0) return std::nullopt;
  if (content_length_) {
    return ApiError{bad_request,
                    "The request has both Content-Length and Transfer-Encoding: send one of them."};
  }
  if (!is_chunked_ || transfer_encodings_ > 1) {
    return ApiError{
        not_implemented,
        "The endpoint supports no Transfer-Encoding except chunked: send the body with a "
        "Content-Length, or chunked."};
  }
  return std::nullopt;
}

}  // namespace paceline::endpoint
