#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <paceline/api/api_form.h>
#include <paceline/api/json_reader.h>
#include <paceline/chat_session.h>
#include <paceline/workload.h>
#include <paceline/workload/conversation.h>

namespace paceline::workload {

/// A session under way.
struct LiveSession {
  /// The request's headers with the session's own.
  std::shared_ptr<const HeaderList> headers{};
  /// The messages so far, separated by commas; empty before the first answer.
  std::string history{};
  /// What the requests of the session are called, with the number of the turn; empty: not known
  /// yet.
  std::string name{};
  /// ConversationTurn::instructions of the turns that failed since the last answer.
  std::string instructions{};
  /// The turns of a session from a file.
  std::vector<ConversationTurn> turns{};
};

/// Why no requests can be made; nothing if they can. Error: invalid_value.
std::optional<Error> find_error(const Api& api, const ChatSession& session);

/// The messages of a request, without the brackets of their array. Precondition: `body` is the JSON
/// of a chat request, without a space between its key "messages" and the array.
std::string_view messages_of(std::string_view body);

/// What the workloads of chat/session have in common: the sessions under way, their headers, and
/// their histories with the server's answers. Who derives from this makes the requests.
class SessionWorkload : public Workload {
 public:
  std::string adapt(const Outcome& first) override { return generation_->adapt(first); }
  void begin_run(std::uint64_t salt) override;
  void make(std::uint64_t item, Request& request) final;
  Outcome read(const Request& request, Response& response) override {
    return generation_->read(request, response);
  }
  Sessions* sessions() final { return sessions_.get(); }
  void end_turn(std::uint64_t item, const Request& request, Response& response,
                const Outcome& outcome, bool is_last) final;
  FormatChecks end_run() final;
  std::unique_ptr<StreamReader> make_stream_reader() final {
    return generation_->make_stream_reader();
  }

 protected:
  /// `generation`: of the turns; its text is kept for the histories.
  SessionWorkload(const Api& api, const ChatSession& session, TextGeneration generation,
                  std::unique_ptr<Sessions> sessions);

  /// Makes the request of an item of this session. Its body begins with the session's history. On
  /// an error leaves the URL empty.
  virtual void make_turn(std::uint64_t item, LiveSession& session, Request& request) = 0;
  /// Leaves out a turn that failed.
  virtual void leave_out(std::uint64_t /*item*/, LiveSession& /*session*/) {}

  const ChatSession& asked() const { return asked_; }
  Workload& generation() { return *generation_; }
  const Workload& generation() const { return *generation_; }
  /// The part of a fingerprint that is about think times: a field and a comma.
  std::string think_time_field() const;

 private:
  std::shared_ptr<const HeaderList> headers_of(std::uint64_t session, const HeaderList& shared);

  ChatSession asked_;
  const api::GenerationForm& form_;
  std::unique_ptr<Workload> generation_;
  std::unique_ptr<Sessions> sessions_;
  std::unordered_map<std::uint64_t, LiveSession> live_;
  std::uint64_t salt_ = 0;
  api::JsonReader json_;
};

}  // namespace paceline::workload
