#include <paceline/workload/file_chat_session.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

#include <paceline/workload/api_request.h>
#include <paceline/workload/file_sessions.h>
#include <paceline/workload/refused_workload.h>
#include <paceline/workload/session_workload.h>

namespace paceline::workload {
namespace {

/// The message of a request whose prompt is empty. The turn's messages replace it.
constexpr std::string_view placeholder_message = R"({"role":"user","content":""})";

TextGeneration without_prompt(TextGeneration generation) {
  Prompt empty;
  empty.system = std::move(generation.prompt.system);
  empty.text.clear();
  empty.nonce = Nonce::none;
  generation.prompt = std::move(empty);
  return generation;
}

/// Puts the history and the messages of a turn into a request with the placeholder.
void insert_turn(const std::string& history, const std::string& messages, std::string& body) {
  const std::string_view made = messages_of(body);
  if (made.empty()) return;
  const auto begin = static_cast<std::size_t>(made.data() - body.data());
  std::string inserted = history;
  if (history.empty()) {
    inserted = made.substr(0, made.size() - placeholder_message.size());
  } else {
    inserted += ',';
  }
  inserted += messages;
  body.replace(begin, made.size(), inserted);
}

class FileChatSession : public SessionWorkload {
 public:
  FileChatSession(const Api& api, const ChatSession& session,
                  std::shared_ptr<const ConversationFile> file)
      : SessionWorkload(api, session, without_prompt(session.generation),
                        std::make_unique<FileSessions>(file, session)),
        file_(std::move(file)),
        reader_(file_),
        url_(generation().describe().url),
        post_(api, api::generation_form_of(session.generation.api)),
        patch_(api.body_patch) {}

  Description describe() const override {
    Description description = generation().describe();
    description.name = "chat/session";
    std::string requests = description.fingerprint.substr(1);
    if (file_->has_requests()) {
      description.model.clear();
      description.is_streamed.reset();
      requests = fmt::format(R"("merged":{}}})", patch_.empty() ? "null" : patch_);
    }
    description.fingerprint = fmt::format(R"({{"conversations":{},{}{})", file_->hashes().json(),
                                          think_time_field(), requests);
    return description;
  }

  std::string adapt(const Outcome& first) override {
    return file_->has_requests() ? std::string() : SessionWorkload::adapt(first);
  }

  Outcome read(const Request& request, Response& response) override {
    if (request.url.empty()) return failed(Failure::other, trouble_);
    return SessionWorkload::read(request, response);
  }

 private:
  void make_turn(std::uint64_t item, LiveSession& session, Request& request) override {
    const std::uint64_t number = sessions()->session_of(item);
    if (session.turns.empty()) {
      auto read = reader_.read(number % file_->sessions());
      if (!read) {
        trouble_ = std::move(read.error());
        request = {};
        return;
      }
      session.name = std::move(read->id);
      session.turns = std::move(read->turns);
    }
    const ConversationTurn& turn = session.turns[item - sessions()->first_item(number)];
    const std::string messages = session.instructions + turn.messages;
    if (file_->has_requests()) {
      make_request(session.history, messages, turn, request);
    } else {
      generation().make(item, request);
      insert_turn(session.history, messages, request.body);
    }
  }

  void leave_out(std::uint64_t item, LiveSession& session) override {
    const std::uint64_t first = sessions()->first_item(sessions()->session_of(item));
    session.instructions += session.turns[item - first].instructions;
  }

  void make_request(const std::string& history, const std::string& messages,
                    const ConversationTurn& turn, Request& request) {
    post_.begin(url_, turn.is_streamed, request);
    request.body =
        fmt::format(R"({{"messages":[{}{}{}]{}{}}})", history, history.empty() ? "" : ",", messages,
                    turn.fields.empty() ? "" : ",", turn.fields);
    if (!patch_.empty()) request.body = merged_text(request.body, patch_);
  }

  std::shared_ptr<const ConversationFile> file_;
  ConversationReader reader_;
  std::string url_;
  ApiPost post_;
  std::string patch_;
  /// Why the last session could not be read.
  Error trouble_;
};

}  // namespace

std::unique_ptr<Workload> make_workload(const Api& api, const ChatSession& session,
                                        std::shared_ptr<const ConversationFile> file) {
  if (!file) return paceline::make_workload(api, session);
  if (auto error = find_error(api, session)) return make_refused(std::move(*error));
  return std::make_unique<FileChatSession>(api, session, std::move(file));
}

}  // namespace paceline::workload
