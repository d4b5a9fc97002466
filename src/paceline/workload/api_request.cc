#include <fmt/format.h>
#include <paceline/http/target.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/synthetic_text.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>
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

namespace {

struct KnownKind {
  ApiKind kind;
  std::string_view path;
  std::string_view name;
};

/// A path that ends another one follows that path.
constexpr std::array<KnownKind, 5> known_kinds{
    {{ApiKind::chat, "/chat/completions", "chat"},
     {ApiKind::completions, "/completions", "completions"},
     {ApiKind::responses, "/responses", "responses"},
     {ApiKind::messages, "/messages", "messages"},
     {ApiKind::embeddings, "/embeddings", "embeddings"}}};

const KnownKind& known(ApiKind kind) {
  return *std::find_if(known_kinds.begin(), known_kinds.end(),
                       [kind](const KnownKind& one) { return one.kind == kind; });
}

}  // namespace

ApiKind kind_of(std::string_view url) {
  url = http::without_query(url);
  const auto* found = std::find_if(known_kinds.begin(), known_kinds.end(),
                                   [url](const KnownKind& one) { return url.ends_with(one.path); });
  return found == known_kinds.end() ? ApiKind::chat : found->kind;
}

std::string_view path_of(ApiKind kind) {
  return known(kind).path;
}

std::string_view name_of(ApiKind kind) {
  return known(kind).name;
}

namespace {

using Json = nlohmann::ordered_json;

std::string_view name_of_header(std::string_view line) {
  return line.substr(0, line.find(':'));
}

/// Whether `name` is a token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view name) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    return is_letter || (letter >= '0' && letter <= '9') || others.find(letter) != others.npos;
  });
}

Json parse(std::string_view text) {
  constexpr bool throws = false;
  return Json::parse(text, nullptr, throws);
}

constexpr std::array<char, 3> placeholders{BodyTemplate::number, BodyTemplate::nonce,
                                           BodyTemplate::synthetic};

/// A noncharacter, which JSON may contain and text does not.
std::string stand_in(char placeholder) {
  return {'\xEF', '\xB7', static_cast<char>('\x90' + placeholder)};
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string key_header(const Api& api, ApiKind kind) {
  switch (api.auth) {
    case Auth::automatic:
      return (kind == ApiKind::messages ? "x-api-key: " : "Authorization: Bearer ") + api.key;
    case Auth::bearer:
      return "Authorization: Bearer " + api.key;
    case Auth::api_key:
      return "api-key: " + api.key;
    case Auth::x_api_key:
      return "x-api-key: " + api.key;
    case Auth::basic: {
      std::string line = "Authorization: Basic ";
      text::append_base64(api.key, line);
      return line;
    }
    case Auth::none:
      break;
  }
  return {};
}

}  // namespace

Result<void> check_header(std::string_view line) {
  constexpr std::array<std::string_view, 8> framing{
      "Connection", "Content-Length",    "Expect", "Keep-Alive", "TE",
      "Trailer",    "Transfer-Encoding", "Upgrade"};
  const auto refuse = [](std::string why) {
    return fail(ErrorCode::invalid_value, std::move(why));
  };
  const std::string_view name = name_of_header(line);
  if (name.size() == line.size() || !is_header_name(name)) {
    return refuse(
        "a header has the form 'Name: value'; the name consists of letters, digits and -");
  }
  const std::string_view value = line.substr(name.size() + 1);
  if (value.find_first_not_of(" \t") == std::string_view::npos) {
    return refuse(fmt::format("the header {} has no value", name));
  }
  if (std::any_of(value.begin(), value.end(),
                  [](char letter) { return text::is_control(letter) && letter != '\t'; })) {
    return refuse(fmt::format("the header {} has a line break or another control character", name));
  }
  if (std::any_of(framing.begin(), framing.end(), [name](std::string_view other) {
        return text::equals_ignoring_case(name, other);
      })) {
    return refuse(fmt::format("paceline sets the header {} itself", name));
  }
  return {};
}

Result<void> check_body_patch(std::string_view patch) {
  const Json fields = parse(patch);
  if (!fields.is_object()) {
    return fail(ErrorCode::invalid_value,
                R"(not a JSON object; give one such as {"reasoning_effort":"low"})");
  }
  if (fields.contains("stream")) {
    return fail(ErrorCode::invalid_value,
                "the field stream cannot be merged; choose a workload such as chat/stream instead");
  }
  return {};
}

std::shared_ptr<const HeaderList> merged_headers(HeaderList own, const HeaderList& others) {
  std::erase_if(own, [&others](const std::string& line) {
    return std::any_of(others.begin(), others.end(), [&line](const std::string& other) {
      return text::equals_ignoring_case(name_of_header(line), name_of_header(other));
    });
  });
  own.insert(own.end(), others.begin(), others.end());
  return std::make_shared<const HeaderList>(std::move(own));
}

std::shared_ptr<const HeaderList> json_request_headers(const Api& api, ApiKind kind) {
  HeaderList own{"Content-Type: application/json"};
  if (kind == ApiKind::messages) own.emplace_back("anthropic-version: 2023-06-01");
  if (!api.key.empty() && api.auth != Auth::none) own.push_back(key_header(api, kind));
  return merged_headers(std::move(own), api.headers);
}

std::string merged_body(std::string body, const std::string& patch) {
  if (patch.empty()) return body;
  std::string fields = patch;
  for (const char place : placeholders) {
    const std::string replacement(text::replacement_character);
    for (std::string* given : {&body, &fields}) replace_all(*given, stand_in(place), replacement);
    replace_all(body, {place}, stand_in(place));
  }
  Json merged = parse(body);
  merged.merge_patch(parse(fields));
  body = merged.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const char place : placeholders) replace_all(body, stand_in(place), {place});
  return body;
}

std::string merged_model(const std::string& model, const std::string& patch) {
  const Json fields = patch.empty() ? Json() : parse(patch);
  const auto found = fields.find("model");
  if (found == fields.end()) return model;
  return found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace paceline::workload

namespace paceline {

std::optional<Error> find_error(const Api& api) {
  for (const std::string& line : api.headers) {
    if (auto checked = workload::check_header(line); !checked) return std::move(checked.error());
  }
  if (api.body_patch.empty()) return std::nullopt;
  auto checked = workload::check_body_patch(api.body_patch);
  return checked ? std::nullopt : std::optional<Error>(std::move(checked.error()));
}

}  // namespace paceline
