#include <fmt/format.h>
#include <paceline/http/target.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/synthetic_text.h>

#include <iterator>
#include <vector>

namespace paceline::workload {

BodyTemplate::BodyTemplate(std::string_view text, std::size_t synthetic_tokens)
    : synthetic_tokens_(synthetic_tokens) {
  constexpr std::string_view places{"\x01\x02\x03"};
  std::size_t from = 0;
  while (from <= text.size()) {
    const std::size_t at = text.find_first_of(places, from);
    const bool is_last = at == std::string_view::npos;
    pieces_.push_back(
        {std::string(text.substr(from, is_last ? at : at - from)), is_last ? '\0' : text[at]});
    if (is_last) return;
    from = at + 1;
  }
}

void BodyTemplate::fill(std::uint64_t salt, std::uint64_t item, std::string& body) const {
  body.clear();
  for (const Piece& piece : pieces_) {
    body += piece.text;
    switch (piece.place) {
      case number: {
        const fmt::format_int digits(item);
        body.append(digits.data(), digits.size());
        break;
      }
      case nonce:
        fmt::format_to(std::back_inserter(body), "{:08x}-{:08x} ", static_cast<std::uint32_t>(salt),
                       static_cast<std::uint32_t>(item));
        break;
      case synthetic:
        append_synthetic_text(salt, item, synthetic_tokens_, body);
        break;
      default:
        break;
    }
  }
}

std::string BodyTemplate::description() const {
  std::string text;
  for (const Piece& piece : pieces_) {
    text += piece.text;
    if (piece.place == number) text += "{n}";
    if (piece.place == nonce) text += "{nonce} ";
    if (piece.place == synthetic) text += fmt::format("{{synthetic {}}}", synthetic_tokens_);
  }
  return text;
}

ApiKind kind_of(std::string_view url) {
  url = http::without_query(url);
  if (url.ends_with("/embeddings")) return ApiKind::embeddings;
  return url.ends_with("/responses") ? ApiKind::responses : ApiKind::chat;
}

std::shared_ptr<const HeaderList> json_request_headers(const Api& api) {
  std::vector<std::string> lines{"Content-Type: application/json"};
  if (!api.key.empty()) lines.push_back("Authorization: Bearer " + api.key);
  return std::make_shared<const HeaderList>(lines);
}

}  // namespace paceline::workload
