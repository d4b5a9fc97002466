#include <fmt/format.h>
#include <paceline/endpoint/chat_reply.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

namespace paceline {
namespace {

namespace dom = simdjson::dom;

constexpr unsigned ok = 200;
constexpr unsigned bad_request = 400;

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_or_null(std::string_view text, std::string& out) {
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(text, out);
  }
}

std::int64_t seconds_since_1970() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::seconds>(system_clock::now().time_since_epoch())
      .count();
}

// Four bytes a token is OpenAI's own rule of thumb for English.
std::size_t tokens_of(std::string_view text) {
  return (text.size() + 3) / 4;
}

std::size_t tokens_of(dom::element content) {
  std::string_view text;
  if (content.get(text) == simdjson::SUCCESS) return tokens_of(text);
  dom::array parts;
  if (content.get(parts) != simdjson::SUCCESS) return 0;
  std::size_t tokens = 0;
  for (const dom::element part : parts) {
    if (part["text"].get(text) == simdjson::SUCCESS) tokens += tokens_of(text);
  }
  return tokens;
}

// OpenAI counts three tokens around each message, and three that open the reply.
std::size_t tokens_of(dom::array messages) {
  std::size_t tokens = 3;
  for (const dom::element message : messages) {
    tokens += 3;
    dom::element content;
    if (message["content"].get(content) == simdjson::SUCCESS) tokens += tokens_of(content);
  }
  return tokens;
}

}  // namespace

void write_error(const ApiError& error, std::string& out) {
  out = R"({"error":{"message":)";
  append_json_string(error.message, out);
  out += R"(,"type":"invalid_request_error","param":)";
  append_or_null(error.param, out);
  out += R"(,"code":)";
  append_or_null(error.code, out);
  out += "}}";
}

std::string models_reply() {
  return fmt::format(R"({{"object":"list","data":[{{"id":"paceline","object":"model","created":{},)"
                     R"("owned_by":"paceline"}}]}})",
                     seconds_since_1970());
}

ChatReply::ChatReply(std::size_t reply_tokens) {
  constexpr std::array<std::string_view, 8> words = {"one",  "line", "keeps", "its",
                                                     "pace", "and",  "holds", "it"};
  ends_.push_back(0);
  for (std::size_t i = 0; i < std::max<std::size_t>(reply_tokens, 1); ++i) {
    if (i > 0) text_ += ' ';
    text_ += words[i % words.size()];
    ends_.push_back(text_.size());
  }
}

unsigned ChatReply::answer(std::string& request, std::string& out) {
  Asked asked;
  if (const auto error = read(request, asked)) {
    write_error(*error, out);
    return error->status;
  }
  write(asked, out);
  return ok;
}

std::optional<ApiError> ChatReply::read(std::string& request, Asked& asked) {
  request.reserve(request.size() + simdjson::SIMDJSON_PADDING);
  dom::object body;
  if (parser_.parse(request.data(), request.size(), false).get(body) != simdjson::SUCCESS) {
    return ApiError{bad_request,
                    "We could not parse the JSON body of your request. The OpenAI API expects a "
                    "JSON payload, but what was sent was not valid JSON."};
  }
  if (body["model"].get(asked.model) != simdjson::SUCCESS || asked.model.empty()) {
    return ApiError{bad_request, "you must provide a model parameter"};
  }
  dom::element messages;
  if (body["messages"].get(messages) != simdjson::SUCCESS) {
    return ApiError{bad_request, "Missing required parameter: 'messages'.", "messages",
                    "missing_required_parameter"};
  }
  dom::array list;
  if (messages.get(list) != simdjson::SUCCESS) {
    return ApiError{bad_request, "Invalid type for 'messages': expected an array of objects.",
                    "messages", "invalid_type"};
  }
  if (list.begin() == list.end()) {
    return ApiError{bad_request,
                    "Invalid 'messages': empty array. Expected an array with minimum length 1.",
                    "messages", "empty_array"};
  }
  asked.prompt_tokens = tokens_of(list);
  return read_limit(body, asked);
}

std::optional<ApiError> ChatReply::read_limit(dom::object body, Asked& asked) const {
  asked.tokens = ends_.size() - 1;
  for (const std::string_view name : {"max_completion_tokens", "max_tokens"}) {
    dom::element given;
    if (body[name].get(given) != simdjson::SUCCESS || given.is_null()) continue;
    std::int64_t limit = 0;
    if (given.get(limit) != simdjson::SUCCESS) {
      return ApiError{bad_request, fmt::format("Invalid type for '{}': expected an integer.", name),
                      name, "invalid_type"};
    }
    if (limit < 1) {
      return ApiError{bad_request,
                      fmt::format("Invalid '{}': integer below minimum value. Expected a value >= "
                                  "1, but got {} instead.",
                                  name, limit),
                      name, "integer_below_min_value"};
    }
    asked.tokens = std::min(asked.tokens, static_cast<std::size_t>(limit));
  }
  return std::nullopt;
}

void ChatReply::write(const Asked& asked, std::string& out) {
  const bool capped = asked.tokens < ends_.size() - 1;
  out.clear();
  const auto end = std::back_inserter(out);
  fmt::format_to(end,
                 R"({{"id":"chatcmpl-{:029}","object":"chat.completion","created":{},"model":)",
                 ++answered_, seconds_since_1970());
  append_json_string(asked.model, out);
  out += R"(,"choices":[{"index":0,"message":{"role":"assistant","content":")";
  out.append(text_, 0, ends_[asked.tokens]);
  out += R"(","refusal":null},"logprobs":null,"finish_reason":)";
  out += capped ? R"("length")" : R"("stop")";
  fmt::format_to(end,
                 R"(}}],"usage":{{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{}}},)"
                 R"("system_fingerprint":null}})",
                 asked.prompt_tokens, asked.tokens, asked.prompt_tokens + asked.tokens);
}

}  // namespace paceline
