#include <fmt/format.h>
#include <paceline/api/json_reader.h>
#include <paceline/text/strings.h>
#include <paceline/workload/batch_line.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace paceline::workload {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;

/// A URL that a line may name, and the key that its body needs besides the model.
struct Service {
  std::string_view url;
  std::string_view needs;
};
constexpr std::array<Service, 6> services = {{{"/v1/chat/completions", "messages"},
                                              {"/v1/completions", "prompt"},
                                              {"/v1/responses", ""},
                                              {"/v1/messages", "messages"},
                                              {"/v1/embeddings", "input"},
                                              {"/v1/rerank", "documents"}}};

/// The URLs, as a sentence names them.
std::string known_urls() {
  std::string urls;
  for (const Service& service : services) {
    if (&service != &services.front()) urls += &service == &services.back() ? " or " : ", ";
    urls += text::json_quoted(service.url);
  }
  return urls;
}

/// Azure's files omit the version.
bool is_named(const Service& service, std::string_view url) {
  constexpr std::string_view version = "/v1";
  return url == service.url || url == service.url.substr(version.size());
}

tl::unexpected<Error> bad_line(std::string why) {
  return fail(ErrorCode::bad_line, std::move(why));
}

tl::unexpected<Error> not_json(simdjson::error_code error, std::string_view text) {
  // For UTF-16, simdjson reports another error than invalid UTF-8.
  if (!simdjson::validate_utf8(text)) {
    return bad_line("the text is not UTF-8; save the file as UTF-8");
  }
  return bad_line(fmt::format("the line is not JSON ({}); {}", simdjson::error_message(error),
                              one_request_per_line));
}

using Value = std::optional<dom::element>;

/// The values of these keys. If a key is repeated, the last one counts, as for servers.
template <std::size_t count>
std::array<Value, count> find(dom::object object,
                              const std::array<std::string_view, count>& names) {
  std::array<Value, count> values;
  for (const dom::key_value_pair field : object) {
    const auto name = std::find(names.begin(), names.end(), field.key);
    if (name != names.end()) values[static_cast<std::size_t>(name - names.begin())] = field.value;
  }
  return values;
}

/// Nothing if the value is missing or not a string.
std::optional<std::string_view> text_of(const Value& value) {
  std::string_view text;
  if (!value || value->get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// A string of the line, as a message shows it.
std::string shown(const std::optional<std::string_view>& text) {
  constexpr std::size_t longest_shown = 60;
  if (!text) return "missing or not a string";
  return text->size() > longest_shown ? "a long text" : text::json_quoted(*text);
}

Result<void> read_body(const Value& value, const Service& service, BatchLine& request) {
  dom::object body;
  if (!value || value->get(body) != simdjson::SUCCESS) {
    return bad_line("body is missing or not an object; put the request's JSON there");
  }
  const auto [model, needed, stream] = find<3>(body, {"model", service.needs, "stream"});
  if (text_of(model).value_or("").empty()) {
    return bad_line(R"(body has no model; name one, such as "model": "gpt-4o-mini")");
  }
  if (!needed && !service.needs.empty()) {
    return bad_line(fmt::format("body has no {0}, which {1} needs; add {0} or correct the url",
                                service.needs, service.url));
  }
  if (stream && !stream->is_null() && stream->get(request.stream) != simdjson::SUCCESS) {
    return bad_line("stream in the body is not a boolean; write true or false");
  }
  return {};
}

Result<void> read_line(dom::object line, BatchLine& request) {
  const auto [custom_id, method, url, body] = find<4>(line, {"custom_id", "method", "url", "body"});
  request.custom_id = text_of(custom_id).value_or("");
  if (request.custom_id.empty()) {
    return bad_line("custom_id is missing, empty or not a string; give each line a unique one");
  }
  if (text_of(method) != "POST") {
    return bad_line(fmt::format("method is {}; write \"POST\", the only method of the Batch format",
                                shown(text_of(method))));
  }
  const auto named = text_of(url);
  const auto* service = std::find_if(services.begin(), services.end(), [&](const Service& known) {
    return named && is_named(known, *named);
  });
  if (service == services.end() && named && named->find("://") != named->npos) {
    return fail(ErrorCode::line_names_server, fmt::format("url {} names a server", shown(named)));
  }
  if (service == services.end()) {
    return bad_line(fmt::format("url is {}; write {}", shown(named), known_urls()));
  }
  request.url = service->url;
  return read_body(body, *service, request);
}

/// The text of the body, in a line that has passed the checks.
simdjson::error_code find_raw_body(ondemand::object line, std::string_view& body) {
  for (auto field : line) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    // A repeated key replaces this body, which may therefore be of any type.
    ondemand::object object;
    if (key != "body" || field.value().get(object) != simdjson::SUCCESS) continue;
    if (const auto error = object.raw_json().get(body)) return error;
    body = body.substr(0, body.rfind('}') + 1);
  }
  return simdjson::SUCCESS;
}

}  // namespace

/// Only `checking` reads the whole line. Only `locating` finds the position of the body.
struct BatchLineParser::Parsers {
  dom::parser checking;
  ondemand::parser locating;
  /// The mended line; empty if the line is valid JSON.
  std::string mended;

  simdjson::error_code locate(std::string_view text, std::string_view& body) {
    ondemand::document document;
    ondemand::object object;
    const std::size_t capacity = text.size() + simdjson::SIMDJSON_PADDING;
    auto error = locating.iterate(text.data(), text.size(), capacity).get(document);
    if (error == simdjson::SUCCESS) error = document.get_object().get(object);
    if (error == simdjson::SUCCESS) error = find_raw_body(object, body);
    return error;
  }
};

BatchLineParser::BatchLineParser() : parsers_(std::make_unique<Parsers>()) {}
BatchLineParser::BatchLineParser(BatchLineParser&&) noexcept = default;
BatchLineParser& BatchLineParser::operator=(BatchLineParser&&) noexcept = default;
BatchLineParser::~BatchLineParser() = default;

Result<BatchLine> BatchLineParser::check(std::string_view text) {
  dom::element root;
  auto error = parsers_->checking.parse(text.data(), text.size(), false).get(root);
  // The body is sent unchanged: only the server decides whether it accepts a lone surrogate.
  if (error != simdjson::SUCCESS && error != simdjson::UTF8_ERROR &&
      api::mend_valid_json(text, parsers_->mended)) {
    error = parsers_->checking.parse(parsers_->mended).get(root);
  } else {
    parsers_->mended.clear();
  }
  if (error != simdjson::SUCCESS) return not_json(error, text);
  dom::object line;
  if (root.get(line) != simdjson::SUCCESS) {
    return bad_line(fmt::format("the line is not a JSON object; {}", one_request_per_line));
  }
  BatchLine request;
  if (auto read = read_line(line, request); !read) return tl::unexpected(std::move(read.error()));
  return request;
}

Result<BatchLine> BatchLineParser::parse(std::string_view text) {
  auto request = check(text);
  if (!request) return request;
  auto error = parsers_->locate(text, request->body);
  // A key may hold a lone surrogate, which the parser refuses.
  if (error != simdjson::SUCCESS && !parsers_->mended.empty()) {
    parsers_->mended.reserve(parsers_->mended.size() + simdjson::SIMDJSON_PADDING);
    error = parsers_->locate(parsers_->mended, request->body);
  }
  if (error != simdjson::SUCCESS) return not_json(error, text);
  return request;
}

namespace {

std::string custom_id_of(const log::RequestRecord& record) {
  if (record.custom_id.empty()) return fmt::format("request-{}", record.item);
  return std::string(record.custom_id);
}

std::string error_code(const log::RequestRecord& record) {
  const long status = record.status;
  constexpr long ok = 200;
  constexpr long redirect = 300;
  if (record.is_cancelled) return "cancelled";
  if (status == 0) return "no_response";
  if (status >= ok && status < redirect) return "bad_response";
  return fmt::format("http_{}", status);
}

}  // namespace

std::string_view BatchOutput::line(std::int64_t run, const log::RequestRecord& record) {
  line_.clear();
  const auto out = std::back_inserter(line_);
  fmt::format_to(out, R"({{"id":"batch_req_{}_{}","custom_id":{},"response":)", run, record.item,
                 text::json_quoted(custom_id_of(record)));
  if (record.status == 0) {
    line_ += "null";
  } else {
    fmt::format_to(out, R"({{"status_code":{},"request_id":"req_{}_{}","body":)", record.status,
                   run, record.item);
    append_body(record.response);
    line_ += '}';
  }
  line_ += R"(,"error":)";
  if (record.error.empty()) {
    line_ += "null";
  } else {
    fmt::format_to(out, R"({{"code":"{}","message":{}}})", error_code(record),
                   text::json_quoted(record.error));
  }
  line_ += "}\n";
  text::escape_controls(line_);
  return line_;
}

void BatchOutput::append_body(std::string_view response) {
  if (response.empty()) {
    line_ += "null";
    return;
  }
  // The server's JSON may have several lines.
  const std::size_t begin = line_.size();
  std::size_t size = 0;
  line_.resize(begin + response.size());
  const bool json =
      is_json(response) && simdjson::minify(response.data(), response.size(), line_.data() + begin,
                                            size) == simdjson::SUCCESS;
  line_.resize(begin + size);
  if (!json) line_.replace(begin, size, text::json_quoted(response));
}

bool BatchOutput::is_json(std::string_view text) {
  return parser_.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

}  // namespace paceline::workload
