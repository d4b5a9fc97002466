#include <paceline/workload/chat.h>

#include <fmt/format.h>
#include <simdjson.h>

#include <string_view>
#include <utility>
#include <vector>

#include <paceline/workload/json_text.h>

namespace paceline {
namespace {

/// The request's body, cut where the slot's number goes.
class BodyTemplate {
 public:
  explicit BodyTemplate(std::string_view text) {
    constexpr std::string_view nonce = "{n}";
    std::size_t from = 0;
    for (std::size_t at = text.find(nonce); at != std::string_view::npos;
         at = text.find(nonce, from)) {
      pieces_.emplace_back(text.substr(from, at - from));
      from = at + nonce.size();
    }
    pieces_.emplace_back(text.substr(from));
  }

  void fill(std::uint64_t slot, std::string& body) const {
    const fmt::format_int number(slot);
    body.clear();
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (i > 0) body.append(number.data(), number.size());
      body += pieces_[i];
    }
  }

 private:
  std::vector<std::string> pieces_;
};

std::string message(std::string_view role, std::string_view quoted_content) {
  return fmt::format(R"({{"role":"{}","content":{}}})", role, quoted_content);
}

std::vector<std::string> header_lines(const Api& api) {
  std::vector<std::string> lines{"Content-Type: application/json"};
  if (!api.key.empty()) lines.push_back("Authorization: Bearer " + api.key);
  return lines;
}

class ChatWorkload : public Workload {
 public:
  ChatWorkload(const Api& api, const Chat& chat)
      : url_(api.url + "/chat/completions"),
        key_(api.key),
        headers_(std::make_shared<const HeaderList>(header_lines(api))),
        before_prompt_(before_prompt(chat)),
        prompt_(json_quoted(chat.prompt)),
        after_prompt_(after_prompt(chat)) {}

  void make(std::uint64_t slot, Request& request) override {
    request.method = Method::post;
    request.url = url_;
    request.headers = headers_;
    prompt_.fill(slot, content_);
    request.body.clear();
    request.body.append(before_prompt_).append(content_).append(after_prompt_);
  }

  Outcome read(Reply& reply) override {
    Outcome outcome = read_status(reply);
    if (reply.transport != Transport::ok) return outcome;
    if (outcome.failure) {
      explain(reply, outcome);
      return outcome;
    }
    simdjson::dom::object root;
    simdjson::dom::array choices;
    if (parse(reply).get(root) != simdjson::SUCCESS) {
      return {Failure::bad_reply, "the reply is not JSON: is this an OpenAI-compatible API?",
              std::nullopt};
    }
    if (root["choices"].get(choices) != simdjson::SUCCESS || choices.size() == 0) {
      return {Failure::bad_reply, "the reply has no choices: is this an OpenAI-compatible API?",
              std::nullopt};
    }
    Usage usage;
    if (root["usage"]["prompt_tokens"].get(usage.prompt_tokens) == simdjson::SUCCESS &&
        root["usage"]["completion_tokens"].get(usage.completion_tokens) == simdjson::SUCCESS) {
      outcome.usage = usage;
    }
    return outcome;
  }

 private:
  static std::string before_prompt(const Chat& chat) {
    std::string body = fmt::format(R"({{"model":{},"messages":[)", json_quoted(chat.model));
    if (!chat.system.empty()) body += message("system", json_quoted(chat.system)) + ',';
    return body + R"({"role":"user","content":)";
  }

  static std::string after_prompt(const Chat& chat) {
    std::string body = fmt::format(R"(}}],"temperature":{})", chat.temperature);
    if (chat.max_tokens > 0) body += fmt::format(R"(,"max_tokens":{})", chat.max_tokens);
    return body + '}';
  }

  simdjson::simdjson_result<simdjson::dom::element> parse(Reply& reply) {
    reply.body.reserve(reply.body.size() + simdjson::SIMDJSON_PADDING);
    return parser_.parse(reply.body.data(), reply.body.size(), false);
  }

  /// Adds the server's own words, unless they hold the key, whole or in part.
  void explain(Reply& reply, Outcome& outcome) {
    std::string_view words;
    if (parse(reply)["error"]["message"].get(words) != simdjson::SUCCESS) return;
    const bool may_hold_key = reply.status == 401 || reply.status == 403 ||
                              (!key_.empty() && words.find(key_) != std::string_view::npos);
    if (!may_hold_key) outcome.why += fmt::format(": {}", words.substr(0, 300));
  }

  std::string url_;
  std::string key_;
  std::shared_ptr<const HeaderList> headers_;
  std::string before_prompt_;
  BodyTemplate prompt_;
  std::string after_prompt_;
  std::string content_;
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const Chat& chat) {
  return std::make_unique<ChatWorkload>(api, chat);
}

}  // namespace paceline
