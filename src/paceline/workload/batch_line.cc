#include <fmt/format.h>
#include <paceline/workload/batch_line.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>

#include <paceline/workload/json_text.h>

namespace paceline {
namespace {

namespace dom = simdjson::dom;
namespace ondemand = simdjson::ondemand;
using Problem = std::optional<std::string>;

/// A URL that a line may name, and what its body needs beside the model.
struct Service {
  std::string_view url;
  std::string_view needs;
};
constexpr std::array<Service, 3> services = {
    {{"/v1/chat/completions", "messages"}, {"/v1/embeddings", "input"}, {"/v1/responses", ""}}};

std::string not_json(simdjson::error_code error) {
  if (error == simdjson::UTF8_ERROR) return "the text is not UTF-8; save the file as UTF-8";
  return fmt::format("the line is not JSON ({}); {}", simdjson::error_message(error),
                     one_request_a_line);
}

/// The value of a name; of one that stands twice, the last, as servers read it.
std::optional<dom::element> find(dom::object object, std::string_view name) {
  std::optional<dom::element> found;
  for (const dom::key_value_pair field : object) {
    if (field.key == name) found = field.value;
  }
  return found;
}

/// The text of a name; nothing when there is none or it is not a text.
std::optional<std::string_view> find_text(dom::object object, std::string_view name) {
  const std::optional<dom::element> found = find(object, name);
  std::string_view text;
  if (!found || found->get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

/// How a message shows a text of the line.
std::string shown(const std::optional<std::string_view>& text) {
  constexpr std::size_t longest_shown = 60;
  if (!text) return "missing or no text";
  return text->size() > longest_shown ? "a long text" : json_quoted(*text);
}

Problem read_head(dom::object line, BatchLine& request) {
  request.custom_id = find_text(line, "custom_id").value_or("");
  if (request.custom_id.empty()) {
    return "custom_id is missing, empty or no text; give each line one of its own";
  }
  if (const auto method = find_text(line, "method"); method != "POST") {
    return fmt::format("method is {}; write \"POST\", the only one in the Batch format",
                       shown(method));
  }
  return std::nullopt;
}

Problem read_service(dom::object line, const Service*& service) {
  const auto url = find_text(line, "url");
  service = std::find_if(services.begin(), services.end(),
                         [&](const Service& known) { return known.url == url; });
  if (service != services.end()) return std::nullopt;
  return fmt::format("url is {}; write \"{}\", \"{}\" or \"{}\"", shown(url), services[0].url,
                     services[1].url, services[2].url);
}

Problem read_body(dom::object line, const Service& service, BatchLine& request) {
  const auto found = find(line, "body");
  dom::object body;
  if (!found || found->get(body) != simdjson::SUCCESS) {
    return "body is missing or no object; put the request's JSON there";
  }
  if (find_text(body, "model").value_or("").empty()) {
    return R"(body has no model; name one, such as "model": "gpt-4o-mini")";
  }
  if (!service.needs.empty() && !find(body, service.needs)) {
    return fmt::format("body has no {0}, which {1} needs; add {0} or mend the url", service.needs,
                       service.url);
  }
  const auto stream = find(body, "stream");
  if (stream && !stream->is_null() && stream->get(request.stream) != simdjson::SUCCESS) {
    return "stream in the body is no boolean; write true or false";
  }
  return std::nullopt;
}

/// The body as it stands in a line that is known to be right.
simdjson::error_code find_raw_body(ondemand::object line, std::string_view& body) {
  for (auto field : line) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return error;
    if (key != "body") continue;
    ondemand::object object;
    if (const auto error = field.value().get(object)) return error;
    if (const auto error = object.raw_json().get(body)) return error;
    body = body.substr(0, body.rfind('}') + 1);
  }
  return simdjson::SUCCESS;
}

}  // namespace

/// One checks the whole line, which the other does not; the other shows where the body stands,
/// which the first does not.
struct BatchLineParser::Parsers {
  dom::parser checking;
  ondemand::parser locating;
};

BatchLineParser::BatchLineParser() : parsers_(std::make_unique<Parsers>()) {}
BatchLineParser::BatchLineParser(BatchLineParser&&) noexcept = default;
BatchLineParser& BatchLineParser::operator=(BatchLineParser&&) noexcept = default;
BatchLineParser::~BatchLineParser() = default;

std::variant<BatchLine, std::string> BatchLineParser::parse(std::string_view text) {
  dom::element root;
  if (const auto error = parsers_->checking.parse(text.data(), text.size(), false).get(root)) {
    return not_json(error);
  }
  dom::object line;
  if (root.get(line) != simdjson::SUCCESS) {
    return fmt::format("the line is no JSON object; {}", one_request_a_line);
  }
  BatchLine request;
  const Service* service = nullptr;
  Problem problem = read_head(line, request);
  if (!problem) problem = read_service(line, service);
  if (!problem) problem = read_body(line, *service, request);
  if (problem) return *std::move(problem);
  request.url = service->url;

  ondemand::document document;
  ondemand::object object;
  auto error =
      parsers_->locating.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING)
          .get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error == simdjson::SUCCESS) error = find_raw_body(object, request.body);
  if (error != simdjson::SUCCESS) return not_json(error);
  return request;
}

}  // namespace paceline
