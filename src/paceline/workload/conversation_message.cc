#include <paceline/workload/conversation_message.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <paceline/chat_session.h>
#include <paceline/text/strings.h>

namespace paceline::workload {
namespace {

namespace json = simdjson::dom;

/// A message of a file.
struct ReadMessage {
  /// As chat completions call it.
  std::string_view role{};
  std::optional<json::element> content{};
  std::optional<json::element> delay{};
  /// The other fields that are sent, each with a comma before it.
  std::string others{};
};

/// A name of a role, and what chat completions call it.
struct RoleName {
  std::string_view name;
  std::string_view role;
};
constexpr std::array<RoleName, 8> sharegpt_roles{{{"human", "user"},
                                                  {"user", "user"},
                                                  {"system", "system"},
                                                  {"gpt", "assistant"},
                                                  {"assistant", "assistant"},
                                                  {"chatgpt", "assistant"},
                                                  {"bing", "assistant"},
                                                  {"bard", "assistant"}}};

tl::unexpected<Error> bad_message(std::size_t number, std::string_view name,
                                  std::string_view message) {
  return fail(ErrorCode::bad_line, fmt::format("message {} of {} {}", number, name, message));
}

void append_field(std::string_view name, json::element value, std::string& out) {
  out += ',';
  text::append_json_string(name, out);
  out += ':';
  out += simdjson::minify(value);
}

/// If a key is repeated, the last one counts, as for servers. An error has no subject.
Result<ReadMessage> read_message(json::object object) {
  ReadMessage message{.role = "user"};
  std::optional<json::element> role;
  std::optional<json::element> from;
  std::optional<json::element> text;
  for (const json::key_value_pair field : object) {
    if (field.key == "role") {
      role = field.value;
    } else if (field.key == "from") {
      from = field.value;
    } else if (field.key == "content" || field.key == "value") {
      message.content = field.value;
    } else if (field.key == "text") {
      text = field.value;
    } else if (field.key == "delay") {
      message.delay = field.value;
    } else {
      append_field(field.key, field.value, message.others);
    }
  }
  if (!message.content) message.content = text;
  const auto refused = [](std::string why) { return fail(ErrorCode::bad_line, std::move(why)); };
  if (from) {
    // Data sets in this form have further fields that no server knows.
    message.others.clear();
    std::string_view name;
    if (from->get(name) != simdjson::SUCCESS) name = {};
    const auto* known = std::find_if(sharegpt_roles.begin(), sharegpt_roles.end(),
                                     [name](const RoleName& one) { return one.name == name; });
    if (known == sharegpt_roles.end()) {
      return refused("is from an unknown role; write human, gpt or system");
    }
    message.role = known->role;
  } else if (role && (role->get(message.role) != simdjson::SUCCESS || message.role.empty())) {
    return refused("has a role that is not a text; write one such as user");
  }
  return message;
}

/// The message as JSON.
std::string message_text(std::string_view role, std::string_view content, std::string_view others) {
  std::string text = R"({"role":)";
  text::append_json_string(role, text);
  text += R"(,"content":)";
  text += content;
  text += others;
  return text + '}';
}

/// Adds a message to those of a turn.
void add_message(std::string_view role, const std::string& message, ConversationTurn& turn) {
  if (!turn.messages.empty()) turn.messages += ',';
  turn.messages += message;
  if (role == "system" || role == "developer") turn.instructions += message + ',';
}

bool is_content(const std::optional<json::element>& content) {
  return content && (content->is_string() || content->is_array());
}

}  // namespace

Result<void> read_turns(json::array messages, std::string_view name,
                        std::vector<ConversationTurn>& turns) {
  ConversationTurn turn;
  std::size_t number = 0;
  for (const json::element element : messages) {
    ++number;
    ReadMessage message{.role = "user", .content = element};
    json::object object;
    if (element.get(object) == simdjson::SUCCESS) {
      auto read = read_message(object);
      if (!read) return bad_message(number, name, read.error().message);
      message = std::move(*read);
    } else if (!element.is_string()) {
      return bad_message(number, name,
                         R"(is no text and no message; write one such as "Hello" or )"
                         R"({"role": "user", "content": "Hello"})");
    }
    if (message.role == "assistant") continue;
    if (!is_content(message.content)) {
      return bad_message(number, name, "has no content; give it a text");
    }
    add_message(message.role,
                message_text(message.role, simdjson::minify(*message.content), message.others),
                turn);
    if (message.role != "user") continue;
    if (message.delay) {
      auto delay = read_delay(*message.delay, fmt::format("message {} of {}", number, name));
      if (!delay) return tl::unexpected(std::move(delay.error()));
      turn.delay = *delay;
    }
    if (turns.size() == ChatSession::most_turns) {
      return fail(ErrorCode::bad_line,
                  fmt::format("the conversation has more than {} turns; divide it",
                              ChatSession::most_turns));
    }
    turns.push_back(std::exchange(turn, {}));
  }
  return {};
}

Result<void> read_new_messages(json::array messages, ConversationTurn& turn) {
  std::size_t number = 0;
  for (const json::element element : messages) {
    ++number;
    std::string_view role;
    if (element["role"].get(role) != simdjson::SUCCESS) {
      return bad_message(number, "the body",
                         R"(has no role; write one such as {"role": "user", "content": "Hello"})");
    }
    if (role == "assistant") continue;
    add_message(role, simdjson::minify(element), turn);
  }
  if (!turn.messages.empty()) return {};
  return fail(ErrorCode::bad_line,
              "the body has no message but those of the assistant; give it one of the user");
}

Result<std::optional<std::chrono::milliseconds>> read_delay(json::element value,
                                                            std::string_view of) {
  if (value.is_null()) return std::nullopt;
  double delay = 0;
  if (value.get(delay) != simdjson::SUCCESS || delay < 0 ||
      delay > static_cast<double>(longest_delay.count())) {
    return fail(ErrorCode::bad_line,
                fmt::format("the delay of {} is not a time; give milliseconds from 0 to {}", of,
                            longest_delay.count()));
  }
  return std::chrono::milliseconds(std::llround(delay));
}

}  // namespace paceline::workload
