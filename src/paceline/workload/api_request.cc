#include <fmt/format.h>
#include <paceline/api/json_reader.h>
#include <paceline/text/strings.h>
#include <paceline/workload/api_request.h>
#include <paceline/workload/aws_signing.h>
#include <paceline/workload/body_template.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace paceline::workload {

namespace {

using api::Json;

/// Whether `name` is a token of RFC 9110, section 5.6.2.
bool is_header_name(std::string_view name) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return text::is_alphanumeric(letter) || others.find(letter) != others.npos;
  });
}

Json parse(std::string_view text) {
  constexpr bool throws = false;
  return Json::parse(text, nullptr, throws);
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string key_header(Auth auth, const std::string& key) {
  switch (auth) {
    case Auth::bearer:
      return "Authorization: Bearer " + key;
    case Auth::api_key:
      return "api-key: " + key;
    case Auth::x_api_key:
      return "x-api-key: " + key;
    case Auth::basic: {
      std::string line = "Authorization: Basic ";
      text::append_base64(key, line);
      return line;
    }
    case Auth::automatic:
    case Auth::aws_sigv4:
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
  const std::string_view name = text::name_of_header(line);
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
      return text::equals_ignoring_case(text::name_of_header(line), text::name_of_header(other));
    });
  });
  own.insert(own.end(), others.begin(), others.end());
  return std::make_shared<const HeaderList>(std::move(own));
}

namespace {

std::shared_ptr<const HeaderList> json_request_headers(const Api& api, const api::ApiForm& form) {
  HeaderList own{"Content-Type: application/json"};
  for (std::string& line : form.headers()) own.push_back(std::move(line));
  const Auth auth = api.auth == Auth::automatic ? form.auth() : api.auth;
  if (!api.key.empty() && auth != Auth::none && auth != Auth::aws_sigv4) {
    own.push_back(key_header(auth, api.key));
  }
  return merged_headers(std::move(own), api.headers);
}

}  // namespace

ApiPost::ApiPost(const Api& api, const api::ApiForm& form)
    : headers_(json_request_headers(api, form)), signing_(aws_signing(api).value_or(nullptr)) {}

void ApiPost::begin(const std::string& url, bool is_streamed, Request& request) const {
  request.method = Method::post;
  request.url = url;
  request.headers = headers_;
  request.signing = signing_;
  request.name.clear();
  request.length_asked.reset();
  request.prefix_tokens = 0;
  request.is_streamed = is_streamed;
}

std::string template_text(api::Json body, const std::string& patch) {
  if (!patch.empty()) body.merge_patch(parse(BodyTemplate::without_placeholders(patch)));
  std::string text = api::json_text(body);
  const std::string ids(BodyTemplate::token_ids);
  const std::string number(BodyTemplate::bare_number);
  replace_all(text, '"' + ids + '"', '[' + ids + ']');
  replace_all(text, '"' + number + '"', number);
  const std::string length(BodyTemplate::length);
  replace_all(text, '"' + length + '"', length);
  return text;
}

std::string merged_text(std::string_view body, const std::string& patch) {
  Json merged = parse(body);
  // The parser refuses lone surrogates, which servers may accept.
  std::string mended;
  if (merged.is_discarded() && api::mend_json(body, mended)) merged = parse(mended);
  merged.merge_patch(parse(patch));
  return api::json_text(merged);
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
  if (auto signing = workload::aws_signing(api); !signing) return std::move(signing).error();
  if (api.body_patch.empty()) return std::nullopt;
  auto checked = workload::check_body_patch(api.body_patch);
  return checked ? std::nullopt : std::optional<Error>(std::move(checked.error()));
}

}  // namespace paceline
