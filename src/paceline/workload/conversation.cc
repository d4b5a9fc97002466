#include <paceline/workload/conversation.h>

#include <fmt/format.h>

#include <utility>

#include <paceline/api/json_reader.h>
#include <paceline/text/strings.h>
#include <paceline/workload/conversation_message.h>

namespace paceline::workload {
namespace {

constexpr std::string_view chat_path = "/v1/chat/completions";

constexpr std::string_view one_conversation_each =
    R"(give an object for each conversation, such as {"session_id": "a", "turns": ["Hello"]} or )"
    R"({"id": "a", "conversations": [{"from": "human", "value": "Hello"}]}, or requests in the )"
    "OpenAI Batch format with a session_id";

tl::unexpected<Error> bad_conversation(std::string message) {
  return fail(ErrorCode::bad_line, std::move(message));
}

/// Parses a text that may need mending for this parser, though servers take it.
simdjson::error_code parse_mended(std::string_view text, simdjson::dom::parser& parser,
                                  std::string& mended, simdjson::dom::element& root) {
  const auto error = parser.parse(text.data(), text.size(), false).get(root);
  if (error == simdjson::SUCCESS || error == simdjson::UTF8_ERROR ||
      !api::mend_valid_json(text, mended)) {
    return error;
  }
  return parser.parse(mended).get(root);
}

/// Finds the messages of a body. False: it has no array of them. If the key is repeated, the last
/// one counts.
bool find_messages(std::string_view body, simdjson::dom::parser& parser, std::string& mended,
                   simdjson::dom::array& messages) {
  simdjson::dom::element root;
  simdjson::dom::object object;
  if (parse_mended(body, parser, mended, root) != simdjson::SUCCESS ||
      root.get(object) != simdjson::SUCCESS) {
    return false;
  }
  bool is_array = false;
  for (const simdjson::dom::key_value_pair field : object) {
    if (field.key == "messages") is_array = field.value.get(messages) == simdjson::SUCCESS;
  }
  return is_array;
}

/// The fields of an object of the file that count.
struct ConversationFields {
  std::optional<simdjson::dom::element> session_id{};
  std::optional<simdjson::dom::element> id{};
  std::optional<simdjson::dom::element> turns{};
  std::optional<simdjson::dom::element> conversations{};
  std::optional<simdjson::dom::element> body{};
  std::optional<simdjson::dom::element> delay{};

  /// If a key is repeated, the last one counts, as for servers.
  explicit ConversationFields(simdjson::dom::object object) {
    for (const simdjson::dom::key_value_pair field : object) {
      if (field.key == "session_id") session_id = field.value;
      if (field.key == "id") id = field.value;
      if (field.key == "turns") turns = field.value;
      if (field.key == "conversations") conversations = field.value;
      if (field.key == "body") body = field.value;
      if (field.key == "delay") delay = field.value;
    }
  }
};

/// A text or a whole number as text; empty for null and what is missing.
Result<std::string> id_in(const std::optional<simdjson::dom::element>& value,
                          std::string_view name) {
  std::string_view text;
  if (!value || value->is_null()) return std::string();
  if (value->get(text) == simdjson::SUCCESS) return std::string(text);
  if (value->is_int64() || value->is_uint64()) return simdjson::minify(*value);
  return bad_conversation(fmt::format("{} is not a text; give each conversation one", name));
}

/// Appends the fields of a JSON object but for the messages, separated by commas.
simdjson::error_code append_other_fields(std::string_view body, simdjson::ondemand::parser& parser,
                                         std::string& out) {
  simdjson::ondemand::document document;
  simdjson::ondemand::object object;
  const std::size_t capacity = body.size() + simdjson::SIMDJSON_PADDING;
  auto error = parser.iterate(body.data(), body.size(), capacity).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error != simdjson::SUCCESS) return error;
  for (auto field : object) {
    std::string_view key;
    std::string_view value;
    error = field.unescaped_key().get(key);
    if (error == simdjson::SUCCESS) {
      error = simdjson::to_json_string(field.value()).get(value);
    }
    if (error != simdjson::SUCCESS) return error;
    if (key == "messages") continue;
    if (!out.empty()) out += ',';
    text::append_json_string(key, out);
    out += ':';
    out += text::without_spaces(value);
  }
  return simdjson::SUCCESS;
}

}  // namespace

Result<void> ConversationParser::parse(std::string_view text, Conversation& conversation) {
  conversation = {};
  simdjson::dom::element root;
  simdjson::dom::object object;
  if (const auto error = parse_mended(text, json_, mended_, root)) {
    if (!simdjson::validate_utf8(text)) {
      return bad_conversation("the text is not UTF-8; save the file as UTF-8");
    }
    return bad_conversation(fmt::format("the text is not JSON ({}); {}",
                                        simdjson::error_message(error), one_conversation_each));
  }
  if (root.get(object) != simdjson::SUCCESS) {
    return bad_conversation(fmt::format("this is not a JSON object; {}", one_conversation_each));
  }
  const ConversationFields fields(object);
  const bool is_dialog = fields.turns || fields.conversations;
  if (!is_dialog && !fields.body) {
    return bad_conversation(fmt::format("there is no conversation; {}", one_conversation_each));
  }
  auto id = fields.session_id ? id_in(fields.session_id, "session_id") : id_in(fields.id, "id");
  if (!id) return tl::unexpected(std::move(id.error()));
  conversation.id = std::move(*id);
  if (is_dialog) {
    const std::string_view name = fields.turns ? "turns" : "conversations";
    simdjson::dom::array messages;
    if ((fields.turns ? fields.turns : fields.conversations)->get(messages) != simdjson::SUCCESS) {
      return bad_conversation(fmt::format("{} is not an array; put the messages into one", name));
    }
    if (auto read = read_turns(messages, name, conversation.turns); !read) return read;
    if (fields.turns && conversation.turns.empty()) {
      return bad_conversation("turns has no message of the user; give one, or leave it out");
    }
    return {};
  }
  conversation.is_request = true;
  if (!fields.session_id || conversation.id.empty()) {
    return bad_conversation("session_id is missing; give the requests of each session the same");
  }
  ConversationTurn& turn = conversation.turns.emplace_back();
  if (fields.delay) {
    auto delay = read_delay(*fields.delay, "the request");
    if (!delay) return tl::unexpected(std::move(delay.error()));
    turn.delay = *delay;
  }
  return parse_request(text, turn);
}

Result<void> ConversationParser::parse_request(std::string_view text, ConversationTurn& turn) {
  const auto request = requests_.parse(text);
  if (!request) return tl::unexpected(request.error());
  if (request->url != chat_path) {
    return bad_conversation(fmt::format("url is {}; sessions are of {} only",
                                        text::json_quoted(request->url),
                                        text::json_quoted(chat_path)));
  }
  turn.is_streamed = request->stream;
  simdjson::dom::array messages;
  mended_.clear();
  if (!find_messages(request->body, body_, mended_, messages)) {
    return bad_conversation("messages of the body is not an array; put the messages into one");
  }
  if (auto read = read_new_messages(messages, turn); !read) return read;
  auto error = append_other_fields(request->body, fields_, turn.fields);
  // A key may hold a lone surrogate, which the parser refuses.
  if (error != simdjson::SUCCESS && !mended_.empty()) {
    turn.fields.clear();
    mended_.reserve(mended_.size() + simdjson::SIMDJSON_PADDING);
    error = append_other_fields(mended_, fields_, turn.fields);
  }
  if (error == simdjson::SUCCESS) return {};
  return bad_conversation(fmt::format("the body is not JSON ({}); {}",
                                      simdjson::error_message(error), one_conversation_each));
}

}  // namespace paceline::workload
