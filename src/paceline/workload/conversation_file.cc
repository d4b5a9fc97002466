#include <paceline/workload/conversation_file.h>

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <string_view>
#include <unordered_map>

#include <paceline/workload/array_scanner.h>

namespace paceline::workload {
namespace {

constexpr std::uint32_t no_delay = std::numeric_limits<std::uint32_t>::max();
static_assert(longest_delay.count() < no_delay);

std::string place_in(const RegularFile& file, const LineScanner& scanner) {
  return fmt::format("{}:{}: ", file.path(), scanner.number());
}

std::string place_in(const RegularFile& /*file*/, const ArrayScanner& scanner) {
  return scanner.place();
}

/// Numbers sessions by their ids, from 0 on.
class SessionNumbers {
 public:
  std::uint32_t of(const std::string& id) {
    return known_.try_emplace(id, static_cast<std::uint32_t>(known_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, std::uint32_t> known_;
};

}  // namespace

Result<std::shared_ptr<const ConversationFile>> ConversationFile::open(const std::string& path) {
  auto opened = RegularFile::open(path);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  const std::shared_ptr<ConversationFile> file(new ConversationFile(std::move(*opened)));
  const auto is_array = is_json_array(file->file_);
  if (!is_array) return tl::unexpected(is_array.error());
  auto read = *is_array ? file->read_objects(ArrayScanner(file->file_))
                        : file->read_objects(LineScanner(file->file_));
  if (!read) return tl::unexpected(std::move(read.error()));
  return file;
}

template <typename Scanner>
Result<void> ConversationFile::read_objects(Scanner scanner) {
  ConversationParser parser;
  Conversation conversation;
  SessionNumbers numbers;
  std::vector<std::uint32_t> sessions;
  std::uint64_t turns = 0;
  bool is_first = true;
  while (scanner.next()) {
    if (auto parsed = parser.parse(scanner.text(), conversation); !parsed) {
      return fail(parsed.error().code, place_in(file_, scanner) + parsed.error().message);
    }
    if (is_first) has_requests_ = conversation.is_request;
    is_first = false;
    if (conversation.is_request != has_requests_) {
      return fail(ErrorCode::bad_line,
                  place_in(file_, scanner) +
                      "a request of the Batch format and a whole conversation do not go together; "
                      "divide the file");
    }
    if (conversation.turns.empty()) continue;
    if (has_requests_) {
      if (sessions.size() == std::numeric_limits<std::uint32_t>::max()) {
        return fail(ErrorCode::bad_line, file_.path() + ": too many requests; divide the file");
      }
      sessions.push_back(numbers.of(conversation.id));
    } else {
      starts_.add(turns);
    }
    objects_.add(scanner.offset());
    objects_.add(scanner.offset() + scanner.text().size());
    hashes_.add(scanner.text());
    turns += conversation.turns.size();
    for (const ConversationTurn& turn : conversation.turns) add_delay(turn);
  }
  if (!scanner.result()) return scanner.result();
  if (turns == 0) {
    return fail(ErrorCode::bad_line,
                file_.path() +
                    ": the file has no message of a user; give one conversation at "
                    R"(least, such as {"session_id": "a", "turns": ["Hello"]})");
  }
  if (has_requests_) {
    sort(sessions);
  } else {
    starts_.add(turns);
  }
  const auto is_known = [](std::uint32_t delay) { return delay != no_delay; };
  if (std::none_of(delays_.begin(), delays_.end(), is_known)) delays_.clear();
  objects_.shrink_to_fit();
  starts_.shrink_to_fit();
  delays_.shrink_to_fit();
  return {};
}

void ConversationFile::add_delay(const ConversationTurn& turn) {
  delays_.push_back(turn.delay ? static_cast<std::uint32_t>(turn.delay->count()) : no_delay);
}

void ConversationFile::sort(const std::vector<std::uint32_t>& sessions) {
  const std::uint32_t count = *std::max_element(sessions.begin(), sessions.end()) + 1;
  std::vector<std::uint32_t> next(count);
  for (const std::uint32_t session : sessions) ++next[session];
  std::uint32_t begin = 0;
  for (std::uint32_t& place : next) {
    starts_.add(begin);
    begin += std::exchange(place, begin);
  }
  starts_.add(begin);
  requests_.resize(sessions.size());
  std::vector<std::uint32_t> delays(sessions.size());
  for (std::uint32_t request = 0; request < sessions.size(); ++request) {
    const std::uint32_t turn = next[sessions[request]]++;
    requests_[turn] = request;
    delays[turn] = delays_[request];
  }
  delays_ = std::move(delays);
}

std::uint64_t ConversationFile::session_of(std::uint64_t turn) const {
  assert(turn < turns());
  std::uint64_t from = 0;
  std::uint64_t to = sessions();
  while (to - from > 1) {
    const std::uint64_t middle = from + (to - from) / 2;
    (starts_[middle] <= turn ? from : to) = middle;
  }
  return from;
}

std::optional<std::chrono::milliseconds> ConversationFile::delay(std::uint64_t turn) const {
  assert(turn < turns());
  if (delays_.empty() || delays_[turn] == no_delay) return std::nullopt;
  return std::chrono::milliseconds(delays_[turn]);
}

ConversationReader::ConversationReader(std::shared_ptr<const ConversationFile> file)
    : file_(std::move(file)), objects_(file_->file_, file_->objects_) {}

Result<Conversation> ConversationReader::read(std::uint64_t session) {
  assert(session < file_->sessions());
  const std::uint64_t first = file_->first_turn(session);
  const std::uint64_t turns = file_->first_turn(session + 1) - first;
  Conversation conversation;
  const std::uint64_t objects = file_->has_requests() ? turns : 1;
  for (std::uint64_t object = 0; object < objects; ++object) {
    auto read = read_object(file_->has_requests() ? file_->requests_[first + object] : session);
    if (!read) return tl::unexpected(std::move(read.error()));
    if (!*read || (object > 0 && part_.id != conversation.id)) break;
    conversation.id = std::move(part_.id);
    std::move(part_.turns.begin(), part_.turns.end(), std::back_inserter(conversation.turns));
  }
  if (conversation.turns.size() != turns) {
    return fail(
        ErrorCode::bad_line,
        fmt::format("{}: session {} is no longer in the file; do not change the file during "
                    "a run",
                    file_->file_.path(), session + 1));
  }
  if (conversation.id.empty()) conversation.id = std::to_string(session + 1);
  return conversation;
}

Result<bool> ConversationReader::read_object(std::uint64_t number) {
  const auto text = objects_.read(2 * number);
  if (!text) return tl::unexpected(text.error());
  return !text->empty() && parser_.parse(*text, part_) && part_.is_request == file_->has_requests();
}

}  // namespace paceline::workload
