// Any bytes as a file of conversations. The file is refused with a sentence that names it, or its
// sessions have the turns that were counted, with messages that are JSON, and read the same in any
// order; when the file is cut short meanwhile, the sessions that are gone are refused.

#include <paceline/workload/conversation_file.h>
#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz.h"
#include "memory_file.h"

namespace paceline {
namespace {

using workload::Conversation;
using workload::ConversationFile;
using workload::ConversationTurn;

bool are_equal(const ConversationTurn& one, const ConversationTurn& other) {
  return one.messages == other.messages && one.fields == other.fields && one.delay == other.delay &&
         one.is_streamed == other.is_streamed;
}

bool are_equal(const Conversation& one, const Conversation& other) {
  if (one.id != other.id || one.turns.size() != other.turns.size()) return false;
  for (std::size_t turn = 0; turn < one.turns.size(); ++turn) {
    if (!are_equal(one.turns[turn], other.turns[turn])) return false;
  }
  return true;
}

void check_turn(const ConversationFile& file, const ConversationTurn& turn, std::uint64_t number) {
  require(turn.delay == file.delay(number), "the index has the delay");
  require(!turn.delay || (turn.delay->count() >= 0 && *turn.delay <= workload::longest_delay),
          "a delay is within its limits");
  std::string body = R"({"messages":[)" + turn.messages + "]";
  if (!turn.fields.empty()) body += "," + turn.fields;
  body += '}';
  simdjson::dom::parser parser;
  simdjson::dom::array messages;
  // The fields of a request may have numbers and surrogates that this parser refuses.
  const auto parsed = parser.parse(body);
  require(parsed.error() == simdjson::SUCCESS || !turn.fields.empty(), "a body is JSON");
  if (parsed.error() != simdjson::SUCCESS) return;
  require(parsed["messages"].get(messages) == simdjson::SUCCESS && messages.size() > 0,
          "a turn has messages");
  for (const simdjson::dom::element message : messages) {
    require(message.is_object(), "a message is an object");
  }
}

/// Reads against the file's order. If `is_whole`, every session must be there.
void check_backwards(const std::shared_ptr<const ConversationFile>& file,
                     const std::vector<Conversation>& all, bool is_whole) {
  workload::ConversationReader reader(file);
  for (std::size_t k = all.size(); k-- > 0;) {
    const auto read = reader.read(k);
    require(read || !is_whole, "an accepted session reads again");
    require(!read || are_equal(*read, all[k]), "a session reads as before");
  }
}

void check(std::string_view text) {
  MemoryFile memory(text);
  const auto opened = ConversationFile::open(memory.path());
  if (!opened) {
    const std::string& message = opened.error().message;
    require(message.starts_with(memory.path() + ":"), "an error names the file");
    require(message.find("; ") != std::string::npos ||
                opened.error().code == ErrorCode::line_names_server,
            "an error says what to do");
    return;
  }
  const std::shared_ptr<const ConversationFile>& file = *opened;
  std::vector<Conversation> all;
  workload::ConversationReader forwards(file);
  std::uint64_t turn = 0;
  for (std::uint64_t session = 0; session < file->sessions(); ++session) {
    require(file->first_turn(session) == turn, "sessions follow one another");
    auto read = forwards.read(session);
    require(read.has_value(), "an accepted session reads");
    require(!read->turns.empty() && !read->id.empty(), "a session has turns and an id");
    for (const ConversationTurn& one : read->turns) {
      require(file->session_of(turn) == session, "a turn belongs to its session");
      check_turn(*file, one, turn++);
    }
    all.push_back(std::move(*read));
  }
  require(turn == file->turns(), "all turns belong to sessions");
  check_backwards(file, all, true);
  memory.cut(text.size() / 2);
  check_backwards(file, all, false);
}

}  // namespace
}  // namespace paceline

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  paceline::check(std::string(bytes, bytes + size));
  return 0;
}
